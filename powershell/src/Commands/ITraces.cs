using System.Management.Automation;

namespace CertBroker.Commands;

/// <summary>Commands that can show what they exchange with a CA.</summary>
internal interface ITraces
{
    /// <summary>Whether they do.</summary>
    SwitchParameter Trace { get; }
}
