/// Something that the engine saw in a history, which heuristics are matched against.
package protocol Observation: Sendable {
  /// The name of its kind, as `ObservationSchema.Kind.name` declares it.
  var kind: String { get }

  /// The value of a field of its kind, or nil where it has none this time.
  func value(of field: String) -> FieldValue?
}
