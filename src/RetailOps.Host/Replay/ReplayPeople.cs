using System.Security.Cryptography;
using System.Text;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>Who does what in a replay, with what such a person or system may do anywhere.</summary>
internal static class ReplayPeople
{
    /// <summary>The shop's own system: sells, ships, corrects stock.</summary>
    public static Caller Shop { get; } = new Caller.Client("replay", Permissions.Of([Roles.Integrator, Roles.Operator, Roles.Planner]));

    /// <summary>Takes goods back and looks at them.</summary>
    public static Caller ReturnsDesk { get; } = Person("returns desk", Roles.ReturnsAgent, Roles.Store);

    /// <summary>Gives credits that belong to no goods.</summary>
    public static Caller Bookkeeper { get; } = Person("bookkeeper", Roles.Finance);

    /// <summary>Decide about refunds; whoever asks for one is neither of them.</summary>
    public static IReadOnlyList<Caller.Person> Approvers { get; } = [Approver("approver 1"), Approver("approver 2")];

    /// <summary>Looks at what the system wants a person to look at.</summary>
    public static Caller Reviewer { get; } = Person("reviewer", Roles.Operator, Roles.Service, Roles.Finance);

    /// <summary>Reads the figures.</summary>
    public static Caller Auditor { get; } = Person("auditor", Roles.Auditor);

    /// <summary>The same name gives the same id on every machine: version 8 of RFC 9562.</summary>
    public static Guid IdOf(string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes("retailops replay\n" + name))[..16];
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }

    // Has just signed in whenever it answers: a replay's clock is its own.
    private static Caller.Person Approver(string name) => Person(name, Roles.Finance) with { SignedInAt = DateTimeOffset.MaxValue };

    private static Caller.Person Person(string name, params string[] roles) => new(IdOf("person " + name), Permissions.Of(roles)) { Roles = roles.ToHashSet() };
}
