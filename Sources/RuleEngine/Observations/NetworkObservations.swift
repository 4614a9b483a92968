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
  var holderAge: String?
  var isOwnProcess = false
  var isTimeWait = false
  var isDatagram = false
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
    .init("holder_age", \.holderAge, "For how long it has been running: 3 minutes."),
    .init("manner", \.manner, "How it holds it: listening on 0.0.0.0:80."),
    .init(
      "is_time_wait", \.isTimeWait,
      "True if only a connection that has ended keeps the address (TIME_WAIT)."),
    .init("is_datagram", \.isDatagram, "True for UDP."),
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
  var fileType: String?
  var isNoSocket: Bool { fileType != nil }
  var firstMissing: String?
  var otherListener: String?
  var nearListener: String?
  var listener: String?
  var isListenerNew = false
  var length: Int?
  var missingCapability: String?
  var portRange: String?
  var isWithoutVersion6 = false
  var nearSocket: String?
  var nearSocketHolder: String?
  var namingVariable: String?
  var display: String?
  var isProxy = false
  var resolver: String?
  var nearHost: String?
  var wasBegun = false
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
    .init("file_type", \.fileType, "What lies at the path of a Unix socket, if it is none."),
    .init("is_no_socket", \.isNoSocket, "True if something else than a socket lies there."),
    .init("socket_exists", \.socketExists, "True if the Unix socket's file exists."),
    .init(
      "first_missing", \.firstMissing, "The first component of the socket's path that is missing."),
    .init("other_listener", \.otherListener, "Who listens on the same port at another address."),
    .init(
      "near_listener", \.nearListener,
      "Who listens on this machine at another port and may be meant, by its name or its number."),
    .init(
      "missing_capability", \.missingCapability,
      "The capability that would allow it, where the process runs as root and does not have it."),
    .init(
      "display", \.display,
      "The value of DISPLAY, if the address is that of the display that it names."),
    .init(
      "listener", \.listener,
      "Who listens there on this machine, where its queue is full, no answer came, or it was refused all the same."
    ),
    .init(
      "is_listener_new", \.isListenerNew,
      "True if that one was started after this run, and so can have begun to listen later."),
    .init("length", \.length, "How many bytes were to be sent at once."),
    .init(
      "port_range", \.portRange,
      "The first and last port that connections are made from (net.ipv4.ip_local_port_range)."),
    .init(
      "is_without_version_6", \.isWithoutVersion6,
      "True for an address of IPv6, which is switched off (net.ipv6.conf.all.disable_ipv6)."),
    .init(
      "near_socket", \.nearSocket, "A Unix socket of a similar name, where that one is missing."),
    .init("near_socket_holder", \.nearSocketHolder, "Who listens there."),
    .init(
      "naming_variable", \.namingVariable,
      "The environment variable whose value has the address: http_proxy."),
    .init("is_proxy", \.isProxy, "True if that variable names a proxy."),
    .init(
      "resolver", \.resolver,
      "What /etc/resolv.conf and /etc/nsswitch.conf say of who is asked for names."),
    .init("near_host", \.nearHost, "A line of /etc/hosts with a name like the one sought."),
    .init(
      "was_begun", \.wasBegun,
      "True if the connection was begun, and nothing was seen of its end."),
    .init("is_name_server", \.isNameServer, "True if it is a name server (port 53)."),
    .init("host_name", \.hostName, "The host name that was being resolved, where it is known."),
    .init("attempts", \.attempts, "How often it was tried."),
    .init("is_privileged_port", \.isPrivilegedPort, "True if the port is below 1024."),
  ]
}
