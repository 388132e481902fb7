using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>What one of our words means in the ERP, because a person said so. It stays when the usual is wanted again, for its history.</summary>
internal sealed class Mapping : IAggregate
{
    private Mapping()
    {
    }

    public string Kind { get; private set; } = "";

    public string Code { get; private set; } = "";

    public string Target { get; private set; } = "";

    public int Revision { get; private set; }

    public static Mapping Usual(string kind, string code) => new() { Kind = kind, Code = code, Target = TrytonKinds.UsualOf(kind, code) };

    public MappingSet Set(string target, DateTimeOffset now)
    {
        var before = Target;
        Target = target;
        return new(Guid.CreateVersion7(), now, Kind, Code, before, target);
    }

    int IAggregate.NextRevision() => ++Revision;
}

internal sealed class MappingConfiguration : IEntityTypeConfiguration<Mapping>
{
    public void Configure(EntityTypeBuilder<Mapping> builder)
    {
        builder.ToTable("mappings", t => t.HasCheckConstraint("ck_mappings_revision", "revision > 0"));
        builder.HasKey(m => new { m.Kind, m.Code });
        builder.Property(m => m.Revision).IsConcurrencyToken();
    }
}
