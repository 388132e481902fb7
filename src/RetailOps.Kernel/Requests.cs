namespace RetailOps.Kernel;

/// <summary>The permission a request needs, whoever sends it: endpoint, console, job or engine.</summary>
/// <param name="permission">Module and verb, like <c>orders.place</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAttribute(string permission) : Attribute
{
    /// <summary>Module and verb, like <c>orders.place</c>.</summary>
    public string Permission { get; } = permission;
}

/// <summary>
/// On a request whose handler asks the database for rows that its neighbours in a group may be about to write: such a request
/// never runs inside a group, only alone.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AsksDatabaseAttribute : Attribute;

/// <summary>Who asks. Stands on every request and every event.</summary>
public abstract record Caller
{
    /// <summary>How the caller stands in <c>platform.events.actor</c>: <c>person:…</c>, <c>client:…</c> or <c>engine:…</c>.</summary>
    public abstract string Actor { get; }

    /// <summary>Whether the caller holds a permission.</summary>
    public abstract bool May(string permission);

    /// <summary>The channels whose orders the caller reaches; null for all. What belongs to another channel does not exist for it.</summary>
    public IReadOnlySet<string>? Channels { get; init; }

    /// <summary>The nodes whose work and stock the caller reaches, in capitals as nodes are stored; null for all. What belongs to another node does not exist for it.</summary>
    public IReadOnlySet<string>? Nodes { get; init; }

    /// <summary>Whether a channel's orders are the caller's.</summary>
    public bool ReachesChannel(string channel) => Channels?.Contains(channel) ?? true;

    /// <summary>Whether a node's work and stock are the caller's.</summary>
    public bool ReachesNode(string node) => Nodes?.Contains(node.Trim().ToUpperInvariant()) ?? true;

    /// <summary>A person who signed in.</summary>
    /// <param name="Id">The account's id.</param>
    /// <param name="Permissions">What the person's roles permit.</param>
    public sealed record Person(Guid Id, IReadOnlySet<string> Permissions) : Caller
    {
        /// <summary>
        /// The application through which the person acts; null for one who signed in here. It is still the person, with what the application was
        /// given of the person's permissions, and never decides an approval.
        /// </summary>
        public string? Through { get; init; }

        /// <summary>The person's roles, for work that is meant for some of them; permissions decide everything else.</summary>
        public IReadOnlySet<string> Roles { get; init; } = new HashSet<string>();

        /// <summary>
        /// When the person last gave the password, UTC; kept through renewals of the session. Null for whoever acts for a person without a sign-in of his own:
        /// such a caller never decides about money.
        /// </summary>
        public DateTimeOffset? SignedInAt { get; init; }

        /// <inheritdoc/>
        public override string Actor => $"person:{Id}";

        /// <inheritdoc/>
        public override bool May(string permission) => Permissions.Contains(permission);
    }

    /// <summary>A system with credentials of its own.</summary>
    /// <param name="Name">The client's name; scopes its idempotency keys.</param>
    /// <param name="Permissions">What the client's scopes permit.</param>
    public sealed record Client(string Name, IReadOnlySet<string> Permissions) : Caller
    {
        /// <inheritdoc/>
        public override string Actor => $"client:{Name}";

        /// <inheritdoc/>
        public override bool May(string permission) => Permissions.Contains(permission);
    }

    /// <summary>The engine, running one version of a definition.</summary>
    /// <param name="Definition">The definition's id.</param>
    /// <param name="Version">Its version, from 1.</param>
    /// <param name="ApprovedBy">Who approved the version; null for one that came from a file of the build.</param>
    /// <param name="Permissions">What the activities drawn in this version need; computed when it is compiled.</param>
    public sealed record Engine(string Definition, int Version, string? ApprovedBy, IReadOnlySet<string> Permissions) : Caller
    {
        /// <inheritdoc/>
        public override string Actor => $"engine:{Definition}:{Version}";

        /// <inheritdoc/>
        public override bool May(string permission) => Permissions.Contains(permission);
    }

    /// <summary>The product itself: subscribers, jobs, migrations. May do everything its own code asks for.</summary>
    /// <param name="Name">Which part of it.</param>
    public sealed record System(string Name) : Caller
    {
        /// <inheritdoc/>
        public override string Actor => $"system:{Name}";

        /// <inheritdoc/>
        public override bool May(string permission) => true;
    }
}
