using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class OrderConfiguration : IEntityTypeConfiguration<Order>
{
    public void Configure(EntityTypeBuilder<Order> builder)
    {
        builder.ToTable("orders", t =>
        {
            t.HasCheckConstraint(
                "ck_orders_status", "status in ('placed', 'allocated', 'partly_allocated', 'backordered', 'partly_shipped', 'shipped', 'delivered', 'closed', 'cancelled')");
            t.HasCheckConstraint("ck_orders_backorder", "backorder in ('allow', 'never')");
            t.HasCheckConstraint("ck_orders_total", "total_minor >= 0");
            t.HasCheckConstraint("ck_orders_revision", "revision > 0");
        });
        builder.Property(o => o.Id).ValueGeneratedNever();
        builder.Property(o => o.Status).HasConversion<SnakeCaseEnum<OrderStatus>>();
        builder.Property(o => o.Currency).HasMaxLength(3).IsFixedLength();
        builder.Property(o => o.Revision).IsConcurrencyToken();
        builder.Ignore(o => o.Total);
        builder.HasIndex(o => new { o.Channel, o.ExternalId }).IsUnique();
        builder.HasMany(o => o.Lines).WithOne().HasForeignKey(l => l.OrderId);
        builder.HasMany(o => o.Charges).WithOne().HasForeignKey(c => c.OrderId);
        builder.HasMany(o => o.Tenders).WithOne().HasForeignKey(t => t.OrderId);
        builder.Navigation(o => o.Lines).UsePropertyAccessMode(PropertyAccessMode.Field);
        builder.Navigation(o => o.Charges).UsePropertyAccessMode(PropertyAccessMode.Field);
        builder.Navigation(o => o.Tenders).UsePropertyAccessMode(PropertyAccessMode.Field);
    }
}

internal sealed class OrderLineConfiguration : IEntityTypeConfiguration<OrderLine>
{
    public void Configure(EntityTypeBuilder<OrderLine> builder)
    {
        builder.ToTable("lines", t =>
        {
            t.HasCheckConstraint("ck_lines_unit_price", "unit_price_minor >= 0");
            t.HasCheckConstraint("ck_lines_discount", "discount_minor >= 0 and discount_minor <= unit_price_minor * ordered");
            t.HasCheckConstraint("ck_lines_tax", "tax_minor >= 0");
            t.HasCheckConstraint("ck_lines_ordered", "ordered > 0");
            t.HasCheckConstraint("ck_lines_pending", "pending >= 0");
            t.HasCheckConstraint("ck_lines_allocated", "allocated >= 0");
            t.HasCheckConstraint("ck_lines_backordered", "backordered >= 0");
            t.HasCheckConstraint("ck_lines_shipped", "shipped >= 0");
            t.HasCheckConstraint("ck_lines_cancelled", "cancelled >= 0");
            t.HasCheckConstraint("ck_lines_whole", "ordered = pending + allocated + backordered + shipped + cancelled");
            t.HasCheckConstraint("ck_lines_delivered", "delivered >= 0 and delivered <= shipped");
            t.HasCheckConstraint("ck_lines_invoiced", "invoiced >= 0 and invoiced <= shipped");
            t.HasCheckConstraint("ck_lines_returned", "return_open >= 0 and returned >= 0 and return_open + returned <= shipped");
            t.HasCheckConstraint("ck_lines_refund_units", "refund_units >= 0 and refund_units <= returned");
            t.HasCheckConstraint("ck_lines_refunded", "refund_minor >= 0 and refund_minor <= unit_price_minor * ordered - discount_minor");
            t.HasCheckConstraint("ck_lines_refunded_tax", "refund_tax_minor >= 0 and refund_tax_minor <= tax_minor");
        });
        builder.HasKey(l => new { l.OrderId, l.LineId });

        // Whoever lost a race must hear that the row has changed, not that its own old figures break a check: rows are written before the order's revision.
        foreach (var counter in (string[])
            [
                nameof(OrderLine.Pending), nameof(OrderLine.Allocated), nameof(OrderLine.Backordered), nameof(OrderLine.Shipped), nameof(OrderLine.Cancelled),
                nameof(OrderLine.ReturnOpen), nameof(OrderLine.Returned),
            ])
        {
            builder.Property<int>(counter).IsConcurrencyToken();
        }
    }
}

internal sealed class OrderChargeConfiguration : IEntityTypeConfiguration<OrderCharge>
{
    public void Configure(EntityTypeBuilder<OrderCharge> builder)
    {
        builder.ToTable("charges", t =>
        {
            t.HasCheckConstraint("ck_charges_kind", "kind in ('shipping', 'discount', 'service')");
            t.HasCheckConstraint("ck_charges_amount", "kind = 'discount' or amount_minor >= 0");
        });
        builder.HasKey(c => new { c.OrderId, c.Position });
    }
}

internal sealed class OrderTenderConfiguration : IEntityTypeConfiguration<OrderTender>
{
    public void Configure(EntityTypeBuilder<OrderTender> builder)
    {
        builder.ToTable("tenders", t =>
        {
            t.HasCheckConstraint("ck_tenders_captured", "captured_minor >= 0");
            t.HasCheckConstraint("ck_tenders_refunding", "refunding_minor >= 0");
            t.HasCheckConstraint("ck_tenders_refunded", "refunded_minor >= 0");
            t.HasCheckConstraint("ck_tenders_ceiling", "refunding_minor + refunded_minor <= captured_minor");
        });
        builder.HasKey(t => new { t.OrderId, t.Tender });
        builder.Property(t => t.RefundingMinor).IsConcurrencyToken();
        builder.Property(t => t.RefundedMinor).IsConcurrencyToken();
    }
}

internal sealed class PersonConfiguration : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.ToTable("people", t => t.HasCheckConstraint("ck_people_erased", "erased is null or (name is null and email is null and ship_to is null and salt is null)"));
        builder.Property(p => p.Id).ValueGeneratedNever();
    }
}

internal sealed class FulfilmentConfiguration : IEntityTypeConfiguration<Fulfilment>
{
    public void Configure(EntityTypeBuilder<Fulfilment> builder)
    {
        builder.ToTable("fulfilments", t =>
        {
            t.HasCheckConstraint("ck_fulfilments_status", "status in ('released', 'shipped', 'delivered', 'cancelled')");
            t.HasCheckConstraint("ck_fulfilments_shipped", "(shipped_at is not null) = (status in ('shipped', 'delivered'))");
            t.HasCheckConstraint("ck_fulfilments_delivered", "(delivered_at is not null) = (status = 'delivered')");
            t.HasCheckConstraint("ck_fulfilments_revision", "revision > 0");
        });
        builder.Property(f => f.Id).ValueGeneratedNever();
        builder.Property(f => f.Status).HasConversion<SnakeCaseEnum<FulfilmentStatus>>();
        builder.Property(f => f.Revision).IsConcurrencyToken();
        builder.HasOne<Order>().WithMany().HasForeignKey(f => f.OrderId);
        builder.HasMany(f => f.Lines).WithOne().HasForeignKey(l => l.FulfilmentId);
        builder.Navigation(f => f.Lines).UsePropertyAccessMode(PropertyAccessMode.Field);
    }
}

internal sealed class FulfilmentLineConfiguration : IEntityTypeConfiguration<FulfilmentLine>
{
    public void Configure(EntityTypeBuilder<FulfilmentLine> builder)
    {
        builder.ToTable("fulfilment_lines", t => t.HasCheckConstraint("ck_fulfilment_lines_quantity", "quantity > 0"));
        builder.HasKey(l => new { l.FulfilmentId, l.LineId });
    }
}

internal sealed class OrderRefundConfiguration : IEntityTypeConfiguration<OrderRefund>
{
    public void Configure(EntityTypeBuilder<OrderRefund> builder)
    {
        builder.ToTable("refunds", t =>
        {
            t.HasCheckConstraint("ck_refunds_status", "status in ('reserved', 'settled', 'released')");
            t.HasCheckConstraint("ck_refunds_extra", "extra_minor >= 0");
            t.HasCheckConstraint("ck_refunds_amount", "amount_minor >= extra_minor");
            t.HasCheckConstraint("ck_refunds_ended", "(ended_at is null) = (status = 'reserved')");
        });
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Status).HasConversion<SnakeCaseEnum<RefundStatus>>();
        builder.HasOne<Order>().WithMany().HasForeignKey(r => r.OrderId);
        builder.HasMany(r => r.Lines).WithOne().HasForeignKey(l => l.RefundId);
        builder.HasMany(r => r.Tenders).WithOne().HasForeignKey(t => t.RefundId);
        builder.Navigation(r => r.Lines).UsePropertyAccessMode(PropertyAccessMode.Field);
        builder.Navigation(r => r.Tenders).UsePropertyAccessMode(PropertyAccessMode.Field);
    }
}

internal sealed class RefundLineConfiguration : IEntityTypeConfiguration<RefundLine>
{
    public void Configure(EntityTypeBuilder<RefundLine> builder)
    {
        builder.ToTable("refund_lines", t =>
        {
            t.HasCheckConstraint("ck_refund_lines_quantity", "quantity > 0");
            t.HasCheckConstraint("ck_refund_lines_amount", "amount_minor >= 0");
            t.HasCheckConstraint("ck_refund_lines_tax", "tax_minor >= 0");
        });
        builder.HasKey(l => new { l.RefundId, l.LineId });
    }
}

internal sealed class RefundTenderConfiguration : IEntityTypeConfiguration<RefundTender>
{
    public void Configure(EntityTypeBuilder<RefundTender> builder)
    {
        builder.ToTable("refund_tenders", t => t.HasCheckConstraint("ck_refund_tenders_amount", "amount_minor > 0"));
        builder.HasKey(t => new { t.RefundId, t.Tender });
    }
}

internal sealed class InvoiceConfiguration : IEntityTypeConfiguration<Invoice>
{
    public void Configure(EntityTypeBuilder<Invoice> builder)
    {
        builder.ToTable("invoices");
        builder.Property(i => i.Id).ValueGeneratedNever();
        builder.HasIndex(i => new { i.OrderId, i.FulfilmentId }).IsUnique().AreNullsDistinct(false);
    }
}

internal sealed class InvoiceLineConfiguration : IEntityTypeConfiguration<InvoiceLine>
{
    public void Configure(EntityTypeBuilder<InvoiceLine> builder)
    {
        builder.ToTable("invoice_lines", t =>
        {
            t.HasCheckConstraint("ck_invoice_lines_kind", "kind in ('goods', 'shipping', 'discount', 'service')");
            t.HasCheckConstraint("ck_invoice_lines_goods", "(kind = 'goods') = (line_id is not null and sku is not null)");
            t.HasCheckConstraint("ck_invoice_lines_quantity", "quantity > 0");
        });
        builder.HasKey(l => new { l.InvoiceId, l.Position });
    }
}

internal sealed class SourcingDecisionConfiguration : IEntityTypeConfiguration<SourcingDecision>
{
    public void Configure(EntityTypeBuilder<SourcingDecision> builder)
    {
        builder.ToTable("sourcing_decisions", t => t.HasCheckConstraint("ck_sourcing_decisions_attempt", "attempt > 0"));
        builder.HasKey(d => new { d.OrderId, d.Attempt });
        builder.Property(d => d.Candidates).HasColumnType("jsonb");
        builder.Property(d => d.Plan).HasColumnType("jsonb");
    }
}

internal sealed class ReturnClaimConfiguration : IEntityTypeConfiguration<ReturnClaim>
{
    public void Configure(EntityTypeBuilder<ReturnClaim> builder)
    {
        builder.ToTable("return_claims");
        builder.HasKey(c => c.ReturnId);
        builder.Property(c => c.ReturnId).ValueGeneratedNever();
        builder.Property(c => c.Lines).HasColumnType("jsonb");
    }
}
