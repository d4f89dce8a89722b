using System.Management.Automation;
using CertBroker.Commands;

namespace CertBroker;

/// <summary>A person or device that a certificate is for: any object whose properties have the names.</summary>
public sealed class Person
{
    // A type of its own, which every object can be converted to: PowerShell tries what fits an object without conversion first, so
    // that files, requests and rows of parameters go where they always went.
    /// <summary>The person or device that an object describes: a directory's user, a row of a table, a hashtable.</summary>
    public Person(object item)
    {
        Item = PSObject.AsPSObject(item);
    }

    /// <summary>The object.</summary>
    public PSObject Item { get; }

    /// <summary>What the person or device is called.</summary>
    public override string ToString() => People.Describe(Item);
}
