import Testing

@testable import ElfInspection

/// Symbols of a program that rustc 1.95 made, with what c++filt says of them, hashes apart.
@Suite struct RustNameTests {
  @Test(arguments: [
    (
      "_RNvNtNtNtCsjrHSEGnQ3l9_3std3sys3pal4unix14abort_internal",
      "std::sys::pal::unix::abort_internal"
    ),
    ("_RNvCsfLfy6EI15iL_7___rustc10rust_panic", "__rustc::rust_panic"),
    (
      "_RNvMNtCsgEmfK2I1SDS_4core6optionINtB2_6OptionRmE6unwrapCs1_1r",
      "<core::option::Option<&u32>>::unwrap"
    ),
    (
      "_RNvYNvNtNtNtCsjrHSEGnQ3l9_3std3sys2fs4unix4statINtNtNtCsgEmfK2I1SDS_4core3ops8function2FnTRNtNtNtBQ_3ffi5c_str4CStrEE4callBa_",
      "<std::sys::fs::unix::stat as core::ops::function::Fn<(&core::ffi::c_str::CStr,)>>::call"
    ),
    (
      "_RINvMs4_NtCsgY6Mt91CT9J_14rustc_demangle2v0NtB6_7Printer9in_binderNCNvB2_10print_type0EB8_",
      "<rustc_demangle::v0::Printer>::in_binder::<<rustc_demangle::v0::Printer>::print_type::{closure#0}>"
    ),
    ("_RNCNvCs1_1r4main0B3_", "r::main::{closure#0}"),
  ])
  func names(_ symbol: String, _ name: String) {
    #expect(FunctionName.readable(symbol) == name)
  }

  @Test(arguments: [
    "_R", "_RN", "_RNv", "_RNvC", "_RNvCs", "_RNvC9999999999999999999991a", "_RB_", "_RNvB_1a",
    "_RNvC1a", "_RINvC1a1bB_B_B_", "_RNvNvNvNv", "_RINvC1a1bKj_E", "_RINvC1a1bD", "_RINvC1a1bFE",
    "_Reality", "_RNvC1a200b",
  ])
  func whatIsNone(_ symbol: String) {
    #expect(FunctionName.readable(symbol).utf8.count <= 1000)
  }

  /// Each level refers twice to the one before.
  @Test func referencesThatGrow() {
    var symbol = "INvC1a1b"
    var last = "T"
    for _ in 0..<200 {
      let place = symbol.utf8.count
      symbol += last == "T" ? "TmmE" : "TB\(last)_B\(last)_E"
      last = String(max(0, place - 1), radix: 36)
    }
    #expect(FunctionName.readable("_R" + symbol + "E").utf8.count < 1 << 14)
  }

  @Test func deepTypes() {
    let symbol = "_RINvC1a1b" + String(repeating: "R", count: 100_000) + "mE"
    #expect(FunctionName.readable(symbol) == symbol)
  }
}
