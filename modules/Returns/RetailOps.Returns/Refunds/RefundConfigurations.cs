using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class RefundConfiguration : IEntityTypeConfiguration<Refund>
{
    public void Configure(EntityTypeBuilder<Refund> builder)
    {
        builder.ToTable("refunds", t =>
        {
            t.HasCheckConstraint("ck_refunds_kind", "kind in ('return', 'sundry')");
            t.HasCheckConstraint("ck_refunds_status", "status in ('granted', 'settled', 'voided')");
            t.HasCheckConstraint("ck_refunds_amount", "amount_minor > 0");
            t.HasCheckConstraint("ck_refunds_cumulative", "cumulative_minor >= amount_minor");
            t.HasCheckConstraint("ck_refunds_tier", "tier between 0 and 2");
            t.HasCheckConstraint("ck_refunds_settled", "(status = 'settled') = (settled_at is not null and business_date is not null)");
            t.HasCheckConstraint("ck_refunds_voided", "(status = 'voided') = (voided_at is not null)");
            t.HasCheckConstraint("ck_refunds_subject", "(kind = 'return') = (return_id is not null) and (kind = 'sundry') = (credit_key is not null)");
            t.HasCheckConstraint("ck_refunds_revision", "revision > 0");
        });
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Status).HasConversion<SnakeCaseEnum<RefundStatus>>();
        builder.Property(r => r.Currency).HasMaxLength(3).IsFixedLength();
        builder.Property(r => r.Revision).IsConcurrencyToken();
        builder.Property(r => r.PaidTo).HasColumnType("jsonb");
        builder.Ignore(r => r.PaidTenders);
        builder.Ignore(r => r.Amount);
        builder.Ignore(r => r.NeedsApproval);
        builder.HasIndex(r => new { r.ReturnId, r.GrantKey }).IsUnique();
        builder.HasIndex(r => r.CreditKey).IsUnique();
        builder.HasIndex(r => r.ReturnId).IsUnique().HasFilter("status <> 'voided'");
        builder.HasMany(r => r.Lines).WithOne().HasForeignKey(l => l.RefundId);
        builder.Navigation(r => r.Lines).UsePropertyAccessMode(PropertyAccessMode.Field);
    }
}

internal sealed class RefundLineConfiguration : IEntityTypeConfiguration<RefundLine>
{
    public void Configure(EntityTypeBuilder<RefundLine> builder)
    {
        builder.ToTable("refund_lines", t =>
        {
            t.HasCheckConstraint("ck_refund_lines_quantity", "quantity > 0");
            t.HasCheckConstraint("ck_refund_lines_amount", "amount_minor >= 0 and tax_minor >= 0");
        });
        builder.HasKey(l => new { l.RefundId, l.Number });
    }
}

internal sealed class ApprovalConfiguration : IEntityTypeConfiguration<Approval>
{
    public void Configure(EntityTypeBuilder<Approval> builder)
    {
        builder.ToTable("approvals", t =>
        {
            t.HasCheckConstraint("ck_approvals_status", "status in ('open', 'approved', 'rejected')");
            t.HasCheckConstraint("ck_approvals_decided", "(status = 'open') = (decided_at is null)");
            t.HasCheckConstraint("ck_approvals_tier", "tier in (1, 2)");
            t.HasCheckConstraint("ck_approvals_revision", "revision > 0");
            t.HasCheckConstraint("ck_approvals_delegated", "(delegated_by is null) = (delegated_to is null) and delegated_by <> delegated_to");
        });
        builder.Property(a => a.Id).ValueGeneratedNever();
        builder.Property(a => a.Status).HasConversion<SnakeCaseEnum<ApprovalStatus>>();
        builder.Property(a => a.Currency).HasMaxLength(3).IsFixedLength();
        builder.Property(a => a.Revision).IsConcurrencyToken();
        builder.HasIndex(a => new { a.RefundId, a.Subject }).IsUnique();
        builder.HasMany(a => a.Decisions).WithOne().HasForeignKey(d => d.ApprovalId);
        builder.HasMany(a => a.Remarks).WithOne().HasForeignKey(r => r.ApprovalId);
        builder.Navigation(a => a.Decisions).UsePropertyAccessMode(PropertyAccessMode.Field);
        builder.Navigation(a => a.Remarks).UsePropertyAccessMode(PropertyAccessMode.Field);
    }
}

internal sealed class DecisionConfiguration : IEntityTypeConfiguration<Decision>
{
    public void Configure(EntityTypeBuilder<Decision> builder)
    {
        builder.ToTable("decisions");
        builder.HasKey(d => new { d.ApprovalId, d.Number });
        builder.HasIndex(d => new { d.ApprovalId, d.DecidedBy }).IsUnique();
    }
}

internal sealed class RemarkConfiguration : IEntityTypeConfiguration<Remark>
{
    public void Configure(EntityTypeBuilder<Remark> builder)
    {
        builder.ToTable("remarks", t =>
        {
            t.HasCheckConstraint("ck_remarks_kind", "kind in ('asked', 'told', 'delegated', 'withdrawn')");
            t.HasCheckConstraint("ck_remarks_to", "(said_to is not null) = (kind = 'delegated')");
        });
        builder.HasKey(r => new { r.ApprovalId, r.Number });
    }
}
