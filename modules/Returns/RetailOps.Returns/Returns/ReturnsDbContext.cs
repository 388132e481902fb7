using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class ReturnsDbContext(DbContextOptions<ReturnsDbContext> options) : ModuleDbContext(options)
{
    public DbSet<Return> Returns => Set<Return>();

    public DbSet<Refund> Refunds => Set<Refund>();

    public DbSet<Approval> Approvals => Set<Approval>();

    /// <summary>Returns with all that is theirs.</summary>
    public IQueryable<Return> WholeReturns => Returns.Include(r => r.Lines).Include(r => r.Receipts).AsSplitQuery();

    /// <summary>One return: from memory when it was loaded for the group, else from the database.</summary>
    public async ValueTask<Return?> FindReturn(Guid id, CancellationToken ct) =>
        Returns.Local.FindEntry(id)?.Entity ?? await WholeReturns.SingleOrDefaultAsync(r => r.Id == id, ct);

    /// <summary>One refund with its lines.</summary>
    public async ValueTask<Refund?> FindRefund(Guid id, CancellationToken ct) =>
        Refunds.Local.FindEntry(id)?.Entity ?? await Refunds.Include(r => r.Lines).SingleOrDefaultAsync(r => r.Id == id, ct);

    /// <summary>Approvals with all that was said.</summary>
    public IQueryable<Approval> WholeApprovals => Approvals.Include(a => a.Decisions).Include(a => a.Remarks).AsSplitQuery();

    /// <summary>The approval of a refund as it is now; null when nobody was asked about just this amount.</summary>
    public async ValueTask<Approval?> FindApproval(Refund refund, CancellationToken ct)
    {
        var subject = refund.Subject();
        return Approvals.Local.FirstOrDefault(a => a.RefundId == refund.Id && a.Subject.AsSpan().SequenceEqual(subject))
            ?? await Approvals.Include(a => a.Decisions).SingleOrDefaultAsync(a => a.RefundId == refund.Id && a.Subject == subject, ct);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("returns");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(ReturnsDbContext).Assembly);
    }
}

internal sealed class ReturnConfiguration : IEntityTypeConfiguration<Return>
{
    public void Configure(EntityTypeBuilder<Return> builder)
    {
        builder.ToTable("returns", t =>
        {
            t.HasCheckConstraint("ck_returns_status", "status in ('requested', 'authorised', 'received', 'inspected', 'rejected', 'cancelled')");
            t.HasCheckConstraint("ck_returns_override", "(override_reason is null) = (override_by is null)");
            t.HasCheckConstraint("ck_returns_revision", "revision > 0");
        });
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Status).HasConversion<SnakeCaseEnum<ReturnStatus>>();
        builder.Property(r => r.Currency).HasMaxLength(3).IsFixedLength();
        builder.Property(r => r.Revision).IsConcurrencyToken();
        builder.Ignore(r => r.Involved);
        builder.HasIndex(r => r.ExternalKey).IsUnique();
        builder.HasMany(r => r.Lines).WithOne().HasForeignKey(l => l.ReturnId);
        builder.HasMany(r => r.Receipts).WithOne().HasForeignKey(l => l.ReturnId);
        builder.Navigation(r => r.Lines).UsePropertyAccessMode(PropertyAccessMode.Field);
        builder.Navigation(r => r.Receipts).UsePropertyAccessMode(PropertyAccessMode.Field);
    }
}

internal sealed class ReturnLineConfiguration : IEntityTypeConfiguration<ReturnLine>
{
    public void Configure(EntityTypeBuilder<ReturnLine> builder)
    {
        builder.ToTable("lines", t =>
        {
            t.HasCheckConstraint("ck_lines_quantity", "quantity > 0");
            t.HasCheckConstraint("ck_lines_asked", "asked_minor >= 0");
            t.HasCheckConstraint("ck_lines_received", "received between 0 and quantity");
            t.HasCheckConstraint("ck_lines_quarantined", "quarantined >= 0");
            t.HasCheckConstraint("ck_lines_disposed", "restocked >= 0 and refurbished >= 0 and liquidated >= 0 and scrapped >= 0 and sent_to_vendor >= 0");
            t.HasCheckConstraint("ck_lines_whole", "received = quarantined + restocked + refurbished + liquidated + scrapped + sent_to_vendor");
            t.HasCheckConstraint("ck_lines_grade", "grade in ('new', 'opened', 'used', 'damaged', 'wrong-item')");
            t.HasCheckConstraint("ck_lines_disposition", "disposition in ('restock', 'refurbish', 'liquidate', 'scrap', 'vendor')");
        });
        builder.HasKey(l => new { l.ReturnId, l.LineId });
        builder.Ignore(l => l.Refundable);

        // Lines are sent before their return, whose revision would say it too late: the check above would have failed.
        builder.Property(l => l.Received).IsConcurrencyToken();
        builder.Property(l => l.Quarantined).IsConcurrencyToken();
    }
}

internal sealed class ReturnReceiptConfiguration : IEntityTypeConfiguration<ReturnReceipt>
{
    public void Configure(EntityTypeBuilder<ReturnReceipt> builder)
    {
        builder.ToTable("receipts", t => t.HasCheckConstraint("ck_receipts_quantity", "quantity > 0"));
        builder.HasKey(r => new { r.ReturnId, r.ReceiptId, r.LineId });
    }
}
