using System.Globalization;
using System.Reflection;
using System.Xml.Linq;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace CertBroker.Tests.Support;

/// <summary>Runs the tests in this process, where there is no `dotnet test`: on Windows without an SDK, and under Wine.
/// usage: CertBroker.PowerShell.Tests [results.xml [part of a test's full name]]</summary>
internal static class InProcess
{
    private static void Main(string[] arguments)
    {
        string? results = arguments.Length > 0 ? arguments[0] : null;
        string part = arguments.Length > 1 ? arguments[1] : "";
        using var discovered = new Discovered(part);
        using var run = new Run();
        using var framework = new XunitTestFramework(run);
        Assembly assembly = typeof(InProcess).Assembly;
        using ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(new ReflectionAssemblyInfo(assembly));
        discoverer.Find(false, discovered, new Options());
        discovered.Ready.WaitOne();
        using ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
        using var watchdog = new Timer(_ => run.GiveUpWhenStuck(), null, 1000, 1000);
        executor.RunTests(discovered.Cases, run, new Options());
        run.Ready.WaitOne();
        run.Write(results);
        Console.Out.WriteLine($"powershell-windows: {run.Passed} passed, {run.Failed} failed, {run.Skipped} skipped");
        Console.Out.Flush();
        // A fixture that failed leaves threads behind, which nobody should wait for.
        Environment.Exit(run.Failed == 0 && run.Passed > 0 ? 0 : 1);
    }

    /// <summary>One collection at a time, as xunit.runner.json says for `dotnet test`.</summary>
    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> values = new()
        {
            ["xunit.execution.DisableParallelization"] = true,
            ["xunit.execution.SynchronousMessageReporting"] = true,
            ["xunit.discovery.MethodDisplay"] = "Method",
        };

        public TValue GetValue<TValue>(string name) => values.TryGetValue(name, out object? value) && value is not null
            ? (TValue)Convert.ChangeType(value, Nullable.GetUnderlyingType(typeof(TValue)) ?? typeof(TValue), CultureInfo.InvariantCulture) : default!;

        public void SetValue<TValue>(string name, TValue value) => values[name] = value;
    }

    private sealed class Discovered(string part) : LongLivedMarshalByRefObject, IMessageSink, IDisposable
    {
        public List<ITestCase> Cases { get; } = [];
        public ManualResetEvent Ready { get; } = new(false);

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestCaseDiscoveryMessage { TestCase: ITestCase found } && ("." + FullName(found)).Contains(part, StringComparison.Ordinal))
            {
                Cases.Add(found);
            }
            if (message is IDiscoveryCompleteMessage)
            {
                Ready.Set();
            }
            return true;
        }

        public void Dispose() => Ready.Dispose();

        private static string FullName(ITestCase each) => $"{each.TestMethod.TestClass.Class.Name}.{each.TestMethod.Method.Name}";
    }

    private sealed class Run : LongLivedMarshalByRefObject, IMessageSink, IDisposable
    {
        private readonly XElement suite = new("testsuite", new XAttribute("name", "powershell-windows"));

        public ManualResetEvent Ready { get; } = new(false);
        public int Passed { get; private set; }
        public int Failed { get; private set; }
        public int Skipped { get; private set; }

        // One test takes seconds; what takes minutes never ends.
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
        private volatile Tuple<string, DateTime> now = Tuple.Create("nothing", DateTime.UtcNow);

        public void GiveUpWhenStuck()
        {
            Tuple<string, DateTime> seen = now;
            if (DateTime.UtcNow - seen.Item2 > Patience)
            {
                Console.Out.WriteLine($"FAILED  {seen.Item1}: did not end within {Patience.TotalMinutes} minutes, nor did anything after it");
                Console.Out.WriteLine($"powershell-windows: {Passed} passed, {Failed + 1} failed, {Skipped} skipped");
                Console.Out.Flush();
                Environment.Exit(1);
            }
        }

        public bool OnMessage(IMessageSinkMessage message)
        {
            now = Tuple.Create(message is ITestMessage about ? about.Test.DisplayName : now.Item1, DateTime.UtcNow);
            switch (message)
            {
                case ITestPassed passed:
                    Passed++;
                    Console.Out.WriteLine($"ok      {passed.Test.DisplayName}");
                    Add(passed, null);
                    break;
                case ITestSkipped skipped:
                    Skipped++;
                    Console.Out.WriteLine($"skipped {skipped.Test.DisplayName}: {skipped.Reason}");
                    Add(skipped, new XElement("skipped", new XAttribute("message", skipped.Reason)));
                    break;
                case ITestFailed failed:
                    Failed++;
                    string text = string.Join('\n', failed.Messages) + "\n" + string.Join('\n', failed.StackTraces);
                    Console.Out.WriteLine($"FAILED  {failed.Test.DisplayName}: {text}");
                    Add(failed, new XElement("failure", Clean(text)));
                    break;
                case IFailureInformation trouble and not ITestResultMessage:
                    Failed++;
                    Console.Out.WriteLine($"FAILED  outside a test: {string.Join('\n', trouble.Messages)}\n{string.Join('\n', trouble.StackTraces)}");
                    break;
                case ITestAssemblyFinished:
                    Ready.Set();
                    break;
            }
            Console.Out.Flush();
            return true;
        }

        public void Write(string? path)
        {
            if (path is not null)
            {
                new XDocument(suite).Save(path);
            }
        }

        public void Dispose() => Ready.Dispose();

        private void Add(ITestResultMessage message, XElement? outcome)
        {
            var item = new XElement("testcase", new XAttribute("name", Clean(message.Test.DisplayName)), new XAttribute("time", message.ExecutionTime.ToString(CultureInfo.InvariantCulture)));
            item.Add(outcome);
            suite.Add(item);
        }

        /// <summary>XML has no control characters.</summary>
        private static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) && c is not '\n' ? '\ufffd' : c));
    }
}
