using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Platform;

namespace RetailOps.Intelligence;

/// <summary>What a model said.</summary>
internal sealed class Decision
{
    public Guid Id { get; private set; }

    public string Model { get; private set; } = "";

    public int Version { get; private set; }

    public string Subject { get; private set; } = "";

    public Guid Attempt { get; private set; }

    public string Features { get; private set; } = "";

    public decimal Points { get; private set; }

    public string Reasons { get; private set; } = "";

    public DateTimeOffset Decided { get; private set; }

    public DateTimeOffset Recorded { get; private set; }
}

/// <summary>For reading and for the comparison with the schema: rows are written by the unit of work.</summary>
internal sealed class IntelligenceDbContext(DbContextOptions<IntelligenceDbContext> options) : ModuleDbContext(options)
{
    public DbSet<Decision> Decisions => Set<Decision>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("intelligence");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(IntelligenceDbContext).Assembly);
    }
}

internal sealed class DecisionConfiguration : IEntityTypeConfiguration<Decision>
{
    public void Configure(EntityTypeBuilder<Decision> builder)
    {
        builder.ToTable("decisions", t =>
        {
            t.HasCheckConstraint("ck_decisions_version", "version > 0");
            t.HasCheckConstraint("ck_decisions_points", "points between 0 and 100");
        });
        builder.HasKey(d => new { d.Model, d.Subject, d.Attempt });
        builder.HasIndex(d => d.Id).IsUnique();
        builder.Property(d => d.Features).HasColumnType("jsonb");
        builder.Property(d => d.Reasons).HasColumnType("jsonb");
        builder.Property(d => d.Points).HasPrecision(5, 2);
    }
}
