internal import TraceEvents

// Waits at objects of the System V and POSIX interfaces, which no path leads to.
extension Wording {
  /// What a call waits for at a System V semaphore or queue, and that object; nil where its number is not
  /// known. The arguments are the object's number and, of a semaphore, its own and what is done to it.
  static func systemVObject(_ call: SystemCall) -> (whatFor: String, subject: String)? {
    let numbers = call.arguments.compactMap { argument -> Int64? in
      if case .integer(let number) = argument { number } else { nil }
    }
    guard let id = numbers.first else { return nil }
    switch call.name {
    case "semop", "semtimedop":
      let which = numbers.count > 1 ? ", number \(numbers[1])" : ""
      let until = numbers.count > 2 && numbers[2] == 0 ? "become 0" : "be raised by another process"
      return ("a System V semaphore (id \(id)\(which)) to \(until)", "semaphore \(id)")
    case "msgrcv":
      return (
        "a message in the System V queue \(id), which has none for it: another process has to send one",
        "message queue \(id)"
      )
    case "msgsnd":
      return (
        "room in the System V queue \(id), which is full: another process has to take messages from it",
        "message queue \(id)"
      )
    default: return nil
    }
  }

  /// What a call waits for at a POSIX message queue.
  static func messageQueue(_ call: SystemCall, _ name: String) -> String {
    call.name == "mq_timedsend"
      ? "room in the message queue \(name), which is full: another process has to take messages from it"
      : "a message in the message queue \(name), which is empty: another process has to send one"
  }

  /// What would let a call return, in a sentence; nil where that depends on more than the call.
  static func wayOut(of call: SystemCall) -> String? {
    let id: Int64? = if case .integer(let id)? = call.arguments.first { id } else { nil }
    switch call.name {
    case "semop", "semtimedop":
      return id.map {
        "See who used the semaphore last (ipcs -s -i \($0)), and start the program that is to raise it."
      }
    case "msgrcv", "msgsnd":
      return id.map {
        "See who used the queue last (ipcs -q -i \($0)), and start the program at its other end."
      }
    case "mq_timedreceive", "mq_timedsend":
      return
        "Start the program at the other end of the queue (the file system mqueue shows who made it and what is in it)."
    case "open", "openat":
      return
        "Start the program that is to open the other end, or open the FIFO without waiting (O_NONBLOCK)."
    case "nanosleep", "clock_nanosleep":
      return
        "It goes on by itself when its sleep is over: give it more time, or see in the program why it sleeps."
    case "pause", "rt_sigsuspend", "rt_sigtimedwait":
      return "See which signal it waits for, and who is to send it."
    default: return nil
    }
  }
}
