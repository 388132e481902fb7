using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class ReconciliationConfiguration : IEntityTypeConfiguration<Reconciliation>
{
    public void Configure(EntityTypeBuilder<Reconciliation> builder)
    {
        builder.ToTable("reconciliations", t =>
        {
            t.HasCheckConstraint("ck_reconciliations_status", "status in ('requested', 'done', 'failed')");
            t.HasCheckConstraint("ck_reconciliations_days", $"from_day <= to_day and to_day - from_day < {Reconciliation.MostDays}");
            t.HasCheckConstraint("ck_reconciliations_ended", "(status = 'requested') = (ended_at is null)");
            t.HasCheckConstraint("ck_reconciliations_trouble", "(status = 'failed') = (trouble is not null)");
            t.HasCheckConstraint("ck_reconciliations_counts", "found >= 0 and under_way >= 0");
            t.HasCheckConstraint("ck_reconciliations_revision", "revision > 0");
        });
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Status).HasConversion<SnakeCaseEnum<ReconciliationStatus>>();
        builder.Property(r => r.Totals).HasColumnType("jsonb");
        builder.Property(r => r.Revision).IsConcurrencyToken();
    }
}

internal sealed class DifferenceConfiguration : IEntityTypeConfiguration<Difference>
{
    public void Configure(EntityTypeBuilder<Difference> builder)
    {
        builder.ToTable("differences", t =>
        {
            t.HasCheckConstraint("ck_differences_status", "status in ('open', 'accepted', 'dismissed', 'healed')");
            t.HasCheckConstraint("ck_differences_decided", "(status in ('accepted', 'dismissed')) = (decided_at is not null and decided_by is not null)");
            t.HasCheckConstraint("ck_differences_reason", "(status = 'dismissed') = (reason is not null)");
            t.HasCheckConstraint("ck_differences_action", "(status = 'accepted') = (action is not null)");
            t.HasCheckConstraint("ck_differences_adjusted", "action <> 'adjust' or adjusted_by is not null");
            t.HasCheckConstraint("ck_differences_revision", "revision > 0");
        });
        builder.HasKey(d => d.Key);
        builder.HasIndex(d => d.AdjustedBy).IsUnique().HasFilter("adjusted_by is not null");
        builder.Property(d => d.Status).HasConversion<SnakeCaseEnum<DifferenceStatus>>();
        builder.Property(d => d.Revision).IsConcurrencyToken();
    }
}

internal sealed class FindingConfiguration : IEntityTypeConfiguration<Finding>
{
    public void Configure(EntityTypeBuilder<Finding> builder)
    {
        builder.ToTable("findings", t =>
        {
            t.HasCheckConstraint("ck_findings_n", "n > 0");
            t.HasCheckConstraint("ck_findings_stake", "(at_stake_minor is null) = (currency is null)");
        });
        builder.HasKey(f => new { f.ReconciliationId, f.N });
        builder.Property(f => f.Ours).HasColumnType("jsonb");
        builder.Property(f => f.Theirs).HasColumnType("jsonb");
        builder.Property(f => f.Proposed).HasColumnType("jsonb");
    }
}
