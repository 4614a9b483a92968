import HeuristicCatalog

/// A file system could not be mounted or unmounted for a reason of its own.
struct MountFailed: ObservationKind {
  var call = ""
  var error = ""
  var errorWords = ""
  var source: String?
  var target = ""
  var type: String?
  var options: String?
  var typeIsKnown = false
  var nearType: String?
  var helper: String?
  var image: String?
  var contents: String?
  var isEmpty = false
  var isOtherType = false
  var unknownOption: String?
  var nearOption: String?
  var badValue: String?
  var directoryOption: String?
  var missingDirectory: String?
  var upper: String?
  var work: String?
  var isMounted = false
  var messages: [String] = []

  static let name = "mount-failed"
  static let summary =
    "mount(2) or umount2(2) failed, and neither for want of a right nor of the directory."
  static let fields: [ObservationField<Self>] = [
    .init("call", \.call, "The system call."),
    .init("error", \.error, "Name of the error."),
    .init("error_words", \.errorWords, "Its words."),
    .init("source", \.source, "What was to be mounted: a device, an export, or a mere name."),
    .init("target", \.target, "Absolute path of the directory."),
    .init("type", \.type, "The type of file system that was asked for."),
    .init("options", \.options, "The options that the file system itself was given."),
    .init("type_is_known", \.typeIsKnown, "True if the kernel has that type (/proc/filesystems)."),
    .init("near_type", \.nearType, "Otherwise one of nearly that name that it has."),
    .init("helper", \.helper, "A program such as /sbin/mount.nfs that was looked for in vain."),
    .init("image", \.image, "The file or disk that holds, or should hold, the file system."),
    .init(
      "contents", \.contents,
      "What that holds: the name of a file system, another format, or zeros."),
    .init("is_empty", \.isEmpty, "True if that is zeros."),
    .init(
      "is_other_type", \.isOtherType,
      "True if that is a file system of another type than was asked for."),
    .init("unknown_option", \.unknownOption, "An option that the file system does not know."),
    .init("near_option", \.nearOption, "An option with nearly that name."),
    .init("bad_value", \.badValue, "An option with a value that was rejected: size=10Q."),
    .init("directory_option", \.directoryOption, "The option that names `missing_directory`."),
    .init("missing_directory", \.missingDirectory, "A directory of an overlay that is missing."),
    .init(
      "upper", \.upper, "The upper directory of an overlay, where `work` is on another mount."),
    .init("work", \.work, "The work directory of that overlay."),
    .init("is_mounted", \.isMounted, "True if something is mounted at `target`."),
    .init(
      "messages", \.messages, "What the kernel logged about it (dmesg), where that can be read."),
  ]
}
