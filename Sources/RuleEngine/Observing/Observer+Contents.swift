internal import History
internal import TraceEvents

/// Words about a file's format.
enum FormatWords {
  /// Of any format: these speak of a file, whether the words name it or not.
  private static let ofContents = [
    " format", "magic", "header", "corrupt", "unexpected end", "truncated", "not an archive",
    "does not look like", "damaged", "premature end", "bad zip", "decode", "malformed",
    "signature", "not a tar", "not a zip", "is not a database", "end-of-central-directory",
    "wrong file type", "ran out of input", "no valid cabinets", "valid archive",
    "signature trying to load", "not a gzip", "may not be a pdf", "no valid openpgp", "unpickling",
    "invalid data found",
  ]
  /// These can be about an option or a value as well: they count where the words name the file.
  private static let ofAnything = [
    "unrecogni", "not recogni", "not a valid", "invalid", "unsupported", "is not an",
  ]
  /// Of formats that are no text, so that text in such a file is wrong.
  private static let binaryFormats = [
    "gzip", "zip", "xz", "lzma", "bzip2", "zstd", "tar", "archive", "png", "jpeg", "jpg", "gif",
    "image", "pdf", "elf", "database", "class file", "jar", "wheel", "deb", "rpm", "central-dir",
    "compressed", "magic", "pickle", "font", "sqlite", "shared object",
  ]

  /// The suffixes of files that are never text.
  private static let binarySuffixes: Set<String> = [
    "png", "jpg", "jpeg", "gif", "webp", "tif", "tiff", "bmp", "ico", "pdf", "wav", "mp3", "mp4",
    "m4a",
    "ogg", "flac", "avi", "mkv", "mov", "webm", "jar", "war", "jks", "p12", "pfx", "keystore",
    "pkl",
    "pickle", "npy", "npz", "h5", "parquet", "gz", "tgz", "bz2", "xz", "zst", "zip", "7z", "rar",
    "tar",
    "whl", "xlsx", "docx", "odt", "ods", "deb", "rpm", "gpg", "ttf", "otf", "woff", "woff2",
    "sqlite",
    "sqlite3", "iso", "img", "qcow2", "wasm", "class",
  ]

  /// True if a file has, by its name, a format that is none of text.
  static func areNoText(_ file: String) -> Bool {
    let name = PathName.base(of: file)
    return name.lastIndex(of: ".").map {
      binarySuffixes.contains(name[name.index(after: $0)...].lowercased())
    } ?? false
  }

  /// True if a line says that a file, which it names or not, has not the format that was expected.
  static func speak(of line: String, namesFile: Bool) -> Bool {
    let text = line.lowercased()
    return ofContents.contains { text.contains($0) }
      || namesFile && ofAnything.contains { text.contains($0) }
  }

  /// True if a line says that something ends before its end.
  static func sayCut(in line: String) -> Bool {
    let text = line.lowercased()
    return [
      "unexpected end", "unexpected eof", "premature end", "truncated", "unexpectedly ended",
      "ended unexpectedly", "ends prematurely", "ended before", "ends too early",
    ].contains { text.contains($0) }
  }

  /// True if the format that a line names is none of text. Its names are words: "self" is no ELF.
  static func nameBinary(in line: String) -> Bool {
    let text = line.lowercased()
    let words = Set(text.split { !$0.isLetter && !$0.isNumber }.map(String.init))
    return binaryFormats.contains { format in
      format.allSatisfy { $0.isLetter || $0.isNumber }
        ? words.contains(format) || words.contains(format + "s") : text.contains(format)
    }
  }
}

extension Observer {
  /// The archive or compressed file that words say ends too early: it does begin as it should.
  func describeCut(_ words: [String], in seen: inout LastWords) {
    guard words.contains(where: FormatWords.sayCut),
      let file = [seen.file, seen.lastFile].compactMap({ $0 }).first(where: { !Self.isCode($0) }),
      case .other(let content)? = inquiry.programFile(file),
      [.gzip, .xz, .zstandard, .bzip2, .zip, .archive].contains(content)
    else { return }
    seen.cutFile = file
    seen.cutContent = content.rawValue
  }

  /// What the file that a complaint about a format is about really holds.
  func describeContent(of words: [String], in seen: inout LastWords) {
    describeScriptContent(of: words, in: &seen)
    describeDatabaseContent(of: words, in: &seen)
    // Which is data: the source that words of a traceback name is as it should be.
    guard seen.cutFile == nil, seen.contentFile == nil,
      let file = [seen.file, seen.lastFile].compactMap({ $0 }).first(where: {
        !Self.isCode($0) || FormatWords.areNoText($0)
      })
    else { return }
    let isNamed = file == seen.file || words.contains { $0.contains(PathName.base(of: file)) }
    let isNoText = FormatWords.areNoText(file)
    guard
      isNamed && isNoText && file != seen.writtenFile
        || words.contains(where: { FormatWords.speak(of: $0, namesFile: isNamed) }),
      // A program's own store is as that program left it.
      file == seen.file || !file.hasPrefix("/var/lib/"),
      let content = inquiry.programFile(file)
    else { return }
    switch content {
    case .empty:
      seen.contentIsEmpty = true
      seen.content = "no bytes: it is empty"
    case .other(.text) where isPointer(file):
      seen.isPointer = true
      seen.content = Self.pointerWords
    case .other(.text), .other(.data), .script:
      // A line of it can be named in a text alone.
      guard seen.lineNumber == nil || file != seen.file, content != .other(content: .data),
        isNoText
          || words.contains(where: {
            FormatWords.nameBinary(in: $0) && FormatWords.speak(of: $0, namesFile: isNamed)
          })
      else { return }
      seen.content = "text"
    case .other(let other) where Self.isBrokenOff(other, words):
      seen.cutFile = file
      seen.cutContent = other.rawValue
      return
    case .other(let other):
      // What it holds can be just what its name tells.
      guard
        !(isNamed && isNoText) || other == .html
          || words.contains(where: { FormatWords.speak(of: $0, namesFile: file == seen.file) })
      else { return }
      seen.contentIsWebPage = other == .html
      seen.content = other == .html ? "a web page (HTML)" : other.rawValue
    case .elf, .damagedElf, .directory: return
    }
    seen.contentFile = file
    seen.contentIsOther = !seen.contentIsEmpty && !seen.contentIsWebPage && !seen.isPointer
  }

  /// True for an archive of the very format that words miss, whose list of members is at its end: the
  /// beginning is as it should be.
  private static func isBrokenOff(_ content: ProgramFile.Content, _ words: [String]) -> Bool {
    content == .zip
      && words.contains { line in
        let text = line.lowercased()
        return ["zipfile", "zip file", "central directory", "central-directory"].contains {
          text.contains($0)
        }
      }
  }

  static let pointerWords = "a pointer of Git LFS in place of the file itself"

  /// True for what Git LFS has in the place of a file that was not fetched.
  func isPointer(_ file: String) -> Bool {
    inquiry.lines(around: 1, of: file).first?.text
      .hasPrefix("version https://git-lfs.github.com/spec/") ?? false
  }
}
