import java.util.List;

class Orders {
    static int pieces(String text) {
        return Integer.parseInt(text);
    }

    public static void main(String[] arguments) {
        int sum = 0;
        for (String text : List.of("3", "four")) sum += pieces(text);
        System.out.println(sum);
    }
}
