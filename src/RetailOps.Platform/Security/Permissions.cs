namespace RetailOps.Platform;

/// <summary>What a person can be. Names are stored; never renamed.</summary>
public static class Roles
{
    /// <summary>The API scopes of its client.</summary>
    public const string Integrator = "integrator";

    /// <summary>Draws and proposes workflows, decision tables, policies.</summary>
    public const string Analyst = "analyst";

    /// <summary>Approves a proposed version, never the own one.</summary>
    public const string Publisher = "publisher";

    /// <summary>Exceptions, retries, holds, re-routing, stock adjustments.</summary>
    public const string Operator = "operator";

    /// <summary>Returns, inspection, refund requests.</summary>
    public const string ReturnsAgent = "returns-agent";

    /// <summary>Refund approvals within the own tier.</summary>
    public const string Finance = "finance";

    /// <summary>Orders and returns for customers; no approvals.</summary>
    public const string Service = "service";

    /// <summary>Its own nodes' queue, picks, receipts, counts.</summary>
    public const string Store = "store";

    /// <summary>Inventory, supply, replenishment.</summary>
    public const string Planner = "planner";

    /// <summary>Reads figures.</summary>
    public const string Leader = "leader";

    /// <summary>Reads everything, changes nothing.</summary>
    public const string Auditor = "auditor";

    /// <summary>Users, clients, settings; no approvals.</summary>
    public const string Administrator = "administrator";

    /// <summary>All of them, in the order of the list above.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Integrator, Analyst, Publisher, Operator, ReturnsAgent, Finance, Service, Store, Planner, Leader, Auditor, Administrator];
}

/// <summary>Who may do what: the one table. A request names its permission in <c>[Needs]</c>; a role holds permissions.</summary>
public static class Permissions
{
    /// <summary>To see what health says beyond its status.</summary>
    public const string Health = "system.health";

    /// <summary>To read figures of the host, for dashboards and alarms.</summary>
    public const string Metrics = "system.metrics";

    /// <summary>To see and restart recurring jobs.</summary>
    public const string Jobs = "system.jobs";

    private static readonly (string Permission, string[] Roles)[] Table =
    [
        ("orders.read", [Roles.Integrator, Roles.Operator, Roles.ReturnsAgent, Roles.Finance, Roles.Service, Roles.Store, Roles.Planner, Roles.Auditor]),
        ("orders.place", [Roles.Integrator, Roles.Service]),
        ("orders.cancel", [Roles.Integrator, Roles.Operator, Roles.Service]),
        ("orders.hold", [Roles.Operator, Roles.Service]),
        ("orders.ship", [Roles.Integrator, Roles.Operator, Roles.Store]),
        ("orders.deliver", [Roles.Integrator, Roles.Operator, Roles.Store]),
        ("orders.claim-returnable", [Roles.Integrator, Roles.ReturnsAgent, Roles.Service, Roles.Store]),
        ("customers.export", [Roles.Service, Roles.Administrator]),
        ("customers.erase", [Roles.Service, Roles.Administrator]),
        ("inventory.read", [Roles.Integrator, Roles.Operator, Roles.ReturnsAgent, Roles.Service, Roles.Store, Roles.Planner, Roles.Auditor]),
        ("inventory.receive", [Roles.Integrator, Roles.Operator, Roles.Store, Roles.Planner]),
        ("inventory.reserve", [Roles.Integrator, Roles.Operator, Roles.Service]),
        ("inventory.release", [Roles.Integrator, Roles.Operator, Roles.Service]),
        ("inventory.receive-returns", [Roles.Integrator, Roles.ReturnsAgent, Roles.Store]),
        ("inventory.dispose", [Roles.ReturnsAgent]),
        ("inventory.adjust", [Roles.Operator, Roles.Planner]),
        ("inventory.ship", [Roles.Integrator, Roles.Operator, Roles.Store]),
        ("items.read", [Roles.Integrator, Roles.Operator, Roles.ReturnsAgent, Roles.Service, Roles.Store, Roles.Planner, Roles.Auditor]),
        ("items.write", [Roles.Integrator, Roles.Planner]),
        ("nodes.read", [Roles.Integrator, Roles.Operator, Roles.ReturnsAgent, Roles.Service, Roles.Store, Roles.Planner, Roles.Auditor]),
        ("nodes.write", [Roles.Integrator, Roles.Planner]),
        ("returns.read", [Roles.Integrator, Roles.Operator, Roles.ReturnsAgent, Roles.Finance, Roles.Service, Roles.Store, Roles.Auditor]),
        ("returns.request", [Roles.Integrator, Roles.ReturnsAgent, Roles.Service]),
        ("returns.authorise", [Roles.ReturnsAgent]),
        ("returns.receive", [Roles.Integrator, Roles.ReturnsAgent, Roles.Store]),
        ("returns.inspect", [Roles.ReturnsAgent]),
        ("refunds.read", [Roles.Integrator, Roles.Operator, Roles.ReturnsAgent, Roles.Finance, Roles.Service, Roles.Auditor]),
        ("refunds.approve", [Roles.Finance]),
        ("refunds.inform", [Roles.Operator, Roles.ReturnsAgent, Roles.Finance, Roles.Service]),
        ("refunds.withdraw", [Roles.ReturnsAgent, Roles.Finance, Roles.Service]),
        ("refunds.sundry", [Roles.Finance]),
        ("tasks.read", [Roles.Operator, Roles.ReturnsAgent, Roles.Finance, Roles.Service, Roles.Store, Roles.Auditor]),
        ("tasks.complete", [Roles.Operator, Roles.ReturnsAgent, Roles.Finance, Roles.Service, Roles.Store]),
        ("tasks.settle", [Roles.ReturnsAgent, Roles.Finance, Roles.Service]),
        ("exceptions.read", [Roles.Operator, Roles.Finance, Roles.Planner, Roles.Auditor]),
        ("exceptions.resolve", [Roles.Operator]),
        ("documents.read", [Roles.Analyst, Roles.Publisher, Roles.Operator, Roles.Finance, Roles.Auditor, Roles.Administrator]),
        ("documents.propose", [Roles.Analyst]),
        ("documents.approve", [Roles.Publisher]),
        ("intelligence.read", [Roles.Analyst, Roles.Operator, Roles.Finance, Roles.Leader, Roles.Auditor]),
        ("integration.read", [Roles.Operator, Roles.Auditor, Roles.Administrator]),
        ("integration.replay", [Roles.Operator]),
        ("integration.repair", [Roles.Operator, Roles.Finance]),
        ("workflows.read", [Roles.Analyst, Roles.Publisher, Roles.Operator, Roles.Auditor, Roles.Administrator]),
        ("workflows.run", [Roles.Analyst, Roles.Operator]),
        ("workflows.draw", [Roles.Analyst]),
        ("workflows.approve", [Roles.Publisher]),
        ("workflows.start", [Roles.Operator]),
        ("workflows.retry", [Roles.Operator]),
        ("workflows.cancel", [Roles.Operator]),
        ("workflows.delete", [Roles.Analyst, Roles.Operator]),
        ("clients.read", [Roles.Auditor, Roles.Administrator]),
        ("clients.write", [Roles.Administrator]),
        ("people.read", [Roles.Auditor, Roles.Administrator]),
        ("people.write", [Roles.Administrator]),
        ("webhooks.read", [Roles.Integrator, Roles.Operator, Roles.Auditor, Roles.Administrator]),
        ("webhooks.manage", [Roles.Integrator, Roles.Administrator]),
        ("webhooks.replay", [Roles.Integrator, Roles.Operator, Roles.Administrator]),
        ("notices.read", [Roles.Operator, Roles.Service, Roles.Auditor]),
        ("notices.resend", [Roles.Operator, Roles.Service]),
        ("audit.read", [Roles.Auditor, Roles.Administrator]),
        ("system.verify", [Roles.Operator, Roles.Auditor, Roles.Administrator]),
        (Health, [Roles.Operator, Roles.Auditor, Roles.Administrator]),
        (Metrics, [Roles.Integrator, Roles.Operator, Roles.Auditor, Roles.Administrator]),
        (Jobs, [Roles.Operator, Roles.Administrator]),
    ];

    /// <summary>What only the engine does, on behalf of an approved definition: no role and no client ever holds these.</summary>
    public static IReadOnlySet<string> EngineOnly { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "decisions.decide", "exceptions.open", "integration.post", "intelligence.score", "inventory.allocate", "notices.ask", "inventory.source", "orders.allocate", "orders.invoice", "orders.reach",
        "orders.refund", "orders.source",
        "refunds.ask", "refunds.execute", "refunds.grant",
    };

    /// <summary>Every permission that somebody from outside can hold, in the order of the table.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Table.Select(t => t.Permission)];

    /// <summary>What the Demo's command line may do: everything that runs the business, nothing that a person decides, nothing about sign-ins and the host itself.</summary>
    public static IReadOnlySet<string> Operational { get; } =
        All.Where(p => !IsInPerson(p) && (p is "system.verify" or Metrics || !(p.StartsWith("system.", StringComparison.Ordinal) || p.StartsWith("people.", StringComparison.Ordinal) || p.StartsWith("clients.", StringComparison.Ordinal))))
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>What clients may ask for in their own name, at most: what the role of integrators holds.</summary>
    public static IReadOnlySet<string> OfSystems { get; } = All.Where(p => Holds(Roles.Integrator, p) && !IsInPerson(p)).ToHashSet(StringComparer.Ordinal);

    /// <summary>What applications may ask for in the name of a person, at most; of it the person's roles give what they hold.</summary>
    public static IReadOnlySet<string> OfApps { get; } = All.Where(p => !IsInPerson(p)).ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Whether a permission is held by signing in only, and never by an access token, not even one for the person who holds it: approvals,
    /// accounts, the host's jobs.
    /// </summary>
    public static bool IsInPerson(string permission) =>
        permission.EndsWith(".approve", StringComparison.Ordinal) || permission is "tasks.settle" or "people.write" or "clients.write" or Jobs || EngineOnly.Contains(permission);

    /// <summary>Whether a role holds a permission.</summary>
    public static bool Holds(string role, string permission) => Table.Any(t => t.Permission == permission && t.Roles.Contains(role));

    /// <summary>What roles permit together. An unknown role permits nothing.</summary>
    public static IReadOnlySet<string> Of(IEnumerable<string> roles)
    {
        var mine = roles.ToHashSet(StringComparer.Ordinal);
        return Table.Where(t => t.Roles.Any(mine.Contains)).Select(t => t.Permission).ToHashSet(StringComparer.Ordinal);
    }
}
