using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>A system that sends to us.</summary>
internal sealed class Source : IAggregate
{
    private const char Between = ':';

    private Source()
    {
    }

    public string Name { get; private init; } = "";

    public string Adapter { get; private init; } = "";

    public string? Channel { get; private set; }

    public string? Mapping { get; private set; }

    public bool Enabled { get; private set; }

    /// <summary>Id and box of each live secret, newest first.</summary>
    public List<string> Secrets { get; private set; } = [];

    public DateTimeOffset ChangedAt { get; private set; }

    public int Revision { get; private set; }

    public InboundAdapter Reader => InboundAdapters.All[Adapter];

    public static Source Add(string name, string adapter, SealedSecret secret) => new() { Name = name, Adapter = adapter, Secrets = [Kept(secret)] };

    /// <summary>What is known of it from now on.</summary>
    public void Describe(string? channel, string? mapping, bool enabled, DateTimeOffset now) => (Channel, Mapping, Enabled, ChangedAt) = (channel, mapping, enabled, now);

    /// <summary>A new secret; one of the others stays live unless all of them end.</summary>
    public void Rotate(SealedSecret secret, bool endOthers, DateTimeOffset now) =>
        (Secrets, ChangedAt) = (endOthers ? [Kept(secret)] : [Kept(secret), Secrets[0]], now);

    public IEnumerable<string> Boxes() => Secrets.Select(s => s[(s.IndexOf(Between, StringComparison.Ordinal) + 1)..]);

    public SourceChanged Changed(DateTimeOffset now) => new(Guid.CreateVersion7(), now, Name, Adapter, Channel, Mapping, Enabled, Ids());

    public SourceView ToView() => new(Name, Adapter, Reader.Role, Channel, Mapping, Enabled, AddressOf(), Ids(), ChangedAt, Revision);

    int IAggregate.NextRevision() => ++Revision;

    private string AddressOf() => Reader.Role switch
    {
        SourceRoles.Channel => $"/api/v1/channels/{Name}/{{topic}}",
        SourceRoles.Carrier => $"/api/v1/carriers/{Name}/events",
        SourceRoles.Payments => $"/api/v1/payments/{Name}/events",
        _ => $"/api/v1/integrations/events?source={Name}",
    };

    private List<Guid> Ids() => Secrets.ConvertAll(s => Guid.Parse(s.AsSpan(0, s.IndexOf(Between, StringComparison.Ordinal))));

    private static string Kept(SealedSecret secret) => $"{secret.Id}{Between}{secret.Box}";
}

internal sealed class SourceConfiguration : IEntityTypeConfiguration<Source>
{
    public void Configure(EntityTypeBuilder<Source> builder)
    {
        builder.ToTable("sources", t =>
        {
            t.HasCheckConstraint("ck_sources_secrets", "cardinality(secrets) between 1 and 2");
            t.HasCheckConstraint("ck_sources_revision", "revision > 0");
        });
        builder.HasKey(s => s.Name);
        builder.Ignore(s => s.Reader);
        builder.Property(s => s.Secrets).HasColumnType("text[]");
        builder.Property(s => s.Revision).IsConcurrencyToken();
    }
}

/// <summary>What a source is, in the words of the rules of ownership.</summary>
internal static class SourceRoles
{
    public const string Channel = "channel";
    public const string Carrier = "carrier";
    public const string Payments = "payments";
    public const string System = "system";
}
