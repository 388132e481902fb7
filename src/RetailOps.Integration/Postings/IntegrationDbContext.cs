using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class IntegrationDbContext(DbContextOptions<IntegrationDbContext> options) : ModuleDbContext(options)
{
    public DbSet<Posting> Postings => Set<Posting>();

    public DbSet<Mapping> Mappings => Set<Mapping>();

    public DbSet<Reconciliation> Reconciliations => Set<Reconciliation>();

    public DbSet<Difference> Differences => Set<Difference>();

    public DbSet<Finding> Findings => Set<Finding>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("integration");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(IntegrationDbContext).Assembly);
    }
}

internal sealed class PostingConfiguration : IEntityTypeConfiguration<Posting>
{
    public void Configure(EntityTypeBuilder<Posting> builder)
    {
        builder.ToTable("postings", t =>
        {
            t.HasCheckConstraint("ck_postings_kind", $"kind in ({string.Join(", ", DocumentKinds.All.Select(k => $"'{k}'"))})");
            t.HasCheckConstraint("ck_postings_status", "status in ('requested', 'posted', 'refused', 'gave_up', 'set_aside')");
            t.HasCheckConstraint("ck_postings_number", "(status = 'posted') = (number is not null)");
            t.HasCheckConstraint("ck_postings_words", "status <> 'refused' or words is not null");
            t.HasCheckConstraint("ck_postings_decided", "(status = 'requested') = (decided_at is null)");
            t.HasCheckConstraint("ck_postings_attempts", "attempts >= 0");
            t.HasCheckConstraint("ck_postings_round", "round > 0");
            t.HasCheckConstraint("ck_postings_revision", "revision > 0");
        });
        builder.HasKey(p => p.Key);
        builder.Property(p => p.Document).HasColumnType("jsonb");
        builder.Property(p => p.Status).HasConversion<SnakeCaseEnum<PostingStatus>>();
        builder.Property(p => p.Revision).IsConcurrencyToken();
    }
}
