import ConfigOrder
import History
import TraceTestSupport

/// The configuration that a trace shows, on a machine of which only what a test says is true.
func configuration(
  of trace: Trace, on machine: FakeInspector = FakeInspector()
) -> [ConfigurationEntry] {
  var history = History()
  var order = ConfigurationOrder()
  for event in trace.events {
    let digest = history.apply(event)
    order.apply(event, digest: digest, history: history)
  }
  return order.findings { machine.answer($0) }.entries
}

/// The configuration that `/usr/bin/app` tried, in a trace that `build` writes.
func entries(
  with arguments: [String] = [], environment: [String] = ["HOME=/home/ann"],
  on machine: FakeInspector = FakeInspector(), _ build: (inout Trace) -> Void
) -> [ConfigurationEntry] {
  var trace = Trace("/usr/bin/app", arguments, environment: environment)
  build(&trace)
  return configuration(of: trace, on: machine)
}
