import HeuristicCatalog

/// A socket could not be bound since its address is taken.
struct AddressInUse: ObservationKind {
  var address = ""
  var port: Int?
  var path: String?
  var holder: String?
  var holderPid: Int?
  var holderUser: String?
  var holderUnit: String?
  var holderCommand: String?
  var manner: String?
  var isOwnProcess = false
  var staleSocket = false

  static let name = "address-in-use"
  static let summary = "`bind(2)` or `listen(2)` ended in EADDRINUSE."
  static let fields: [ObservationField<Self>] = [
    .init("address", \.address, "Address and port, or path of a Unix socket."),
    .init("port", \.port, "The port."),
    .init("path", \.path, "The path, for a Unix socket."),
    .init("holder", \.holder, "Name of the process that holds it."),
    .init("holder_pid", \.holderPid, "Its process id."),
    .init("holder_user", \.holderUser, "Its user."),
    .init("holder_unit", \.holderUnit, "Its systemd unit or container."),
    .init("holder_command", \.holderCommand, "Its command line."),
    .init("manner", \.manner, "How it holds it: listening on 0.0.0.0:80."),
    .init("is_own_process", \.isOwnProcess, "True if the holder is a process of this very run."),
    .init("stale_socket", \.staleSocket, "True for a Unix socket file that no process listens on."),
  ]
}

/// A connection could not be made, or the address could not be used.
struct ConnectionFailed: ObservationKind {
  var address = ""
  var host: String?
  var port: Int?
  var path: String?
  var error = ""
  var errorWords = ""
  var call = ""
  var isLocal = false
  var isUnix = false
  var socketExists = false
  var firstMissing: String?
  var otherListener: String?
  var isNameServer = false
  var attempts: Int?
  var isPrivilegedPort = false
  var hostName: String?
  var isDatagram = false

  static let name = "connection-failed"
  static let summary =
    "connect, bind, send or getsockopt(SO_ERROR) failed for an address, other than EADDRINUSE."
  static let fields: [ObservationField<Self>] = [
    .init("address", \.address, "Address and port, or path of a Unix socket."),
    .init("host", \.host, "The address without the port."),
    .init("port", \.port, "The port."),
    .init("path", \.path, "The path, for a Unix socket."),
    .init("error", \.error, "Name of the error."),
    .init("error_words", \.errorWords, "Its words."),
    .init("call", \.call, "The system call."),
    .init("is_local", \.isLocal, "True if the address is of this machine's loopback."),
    .init("is_unix", \.isUnix, "True for a Unix socket."),
    .init("socket_exists", \.socketExists, "True if the Unix socket's file exists."),
    .init(
      "first_missing", \.firstMissing, "The first component of the socket's path that is missing."),
    .init("other_listener", \.otherListener, "Who listens on the same port at another address."),
    .init("is_name_server", \.isNameServer, "True if it is a name server (port 53)."),
    .init("host_name", \.hostName, "The host name that was being resolved, where it is known."),
    .init("attempts", \.attempts, "How often it was tried."),
    .init("is_privileged_port", \.isPrivilegedPort, "True if the port is below 1024."),
  ]
}
