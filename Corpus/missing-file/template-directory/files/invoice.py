"""Prints an invoice from a letter template."""
import argparse
import os
import string

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--customer", required=True)
    customer = parser.parse_args().customer
    with open(os.path.join(HERE, "templates", "letter.txt")) as file:
        print(string.Template(file.read()).substitute(customer=customer, total="42.00"))


main()
