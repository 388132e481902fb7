using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>EF writes orders, fulfilments and refunds; invoices, sourcing decisions and claims are mapped for reading and for the comparison with the schema.</summary>
internal sealed class OrdersDbContext(DbContextOptions<OrdersDbContext> options) : ModuleDbContext(options)
{
    // On the path of every order: translated once, not at each call.
    private static readonly Func<OrdersDbContext, OrderId, CancellationToken, Task<Order?>> ById = EF.CompileAsyncQuery(
        (OrdersDbContext context, OrderId id, CancellationToken _) => context.Orders.Include(o => o.Lines).SingleOrDefault(o => o.Id == id));

    private static readonly Func<OrdersDbContext, string, string, CancellationToken, Task<Order?>> ByExternalId = EF.CompileAsyncQuery(
        (OrdersDbContext context, string channel, string externalId, CancellationToken _) =>
            context.Orders.AsNoTracking().Include(o => o.Lines).SingleOrDefault(o => o.Channel == channel && o.ExternalId == externalId));

    private static readonly Func<OrdersDbContext, Guid, CancellationToken, Task<Fulfilment?>> FulfilmentById = EF.CompileAsyncQuery(
        (OrdersDbContext context, Guid id, CancellationToken _) => context.Fulfilments.Include(f => f.Lines).SingleOrDefault(f => f.Id == id));

    private static readonly Func<OrdersDbContext, List<OrderId>, IAsyncEnumerable<Order>> ByIds = EF.CompileAsyncQuery(
        (OrdersDbContext context, List<OrderId> ids) => context.Orders.Include(o => o.Lines).Where(o => ids.Contains(o.Id)));

    private static readonly Func<OrdersDbContext, List<Guid>, IAsyncEnumerable<Fulfilment>> FulfilmentsByIds = EF.CompileAsyncQuery(
        (OrdersDbContext context, List<Guid> ids) => context.Fulfilments.Include(f => f.Lines).Where(f => ids.Contains(f.Id)));

    private static readonly Func<OrdersDbContext, List<OrderId>, IAsyncEnumerable<OrderCharge>> ChargesByOrders = EF.CompileAsyncQuery(
        (OrdersDbContext context, List<OrderId> ids) => context.Charges.Where(c => ids.Contains(c.OrderId)));

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Fulfilment> Fulfilments => Set<Fulfilment>();

    public DbSet<OrderCharge> Charges => Set<OrderCharge>();

    public DbSet<OrderTender> Tenders => Set<OrderTender>();

    public DbSet<OrderRefund> Refunds => Set<OrderRefund>();

    public DbSet<Person> People => Set<Person>();

    public IQueryable<Invoice> Invoices => Set<Invoice>().AsNoTracking();

    public IQueryable<InvoiceLine> InvoiceLines => Set<InvoiceLine>().AsNoTracking();

    public IQueryable<SourcingDecision> SourcingDecisions => Set<SourcingDecision>().AsNoTracking();

    public IQueryable<ReturnClaim> ReturnClaims => Set<ReturnClaim>().AsNoTracking();

    /// <summary>One order with its lines, to be read only; null too when it is of another channel than the caller's.</summary>
    public async ValueTask<Order?> Look(OrderId id, CancellationToken ct) =>
        (Orders.Local.FindEntry(id)?.Entity ?? await ById(this, id, ct)) is { } order && Caller.ReachesChannel(order.Channel) ? order : null;

    /// <summary>As <see cref="Look"/>, and null too when nothing of it leaves from one of the caller's nodes.</summary>
    public async ValueTask<Order?> LookOwn(OrderId id, CancellationToken ct) => await Look(id, ct) is { } order && await IsOwn(id, ct) ? order : null;

    /// <summary>As <see cref="Find"/>, and null too when nothing of it leaves from one of the caller's nodes.</summary>
    public async ValueTask<Order?> FindOwn(OrderId id, CancellationToken ct) => await Find(id, ct) is { } order && await IsOwn(id, ct) ? order : null;

    /// <summary>
    /// One order with its lines, to be changed: from memory when it was loaded for the group, else read, and locked before unless neighbours share the transaction.
    /// Its fulfilments change it from different sides: who reads it first writes it first. Orders are locked before stock, everywhere.
    /// </summary>
    public async ValueTask<Order?> Find(OrderId id, CancellationToken ct)
    {
        if (Mode is not WorkMode.Group && Orders.Local.FindEntry(id) is null)
        {
            await Lock([id], ct);
        }

        return await Look(id, ct);
    }

    /// <summary>Loads orders with their lines, to be changed by neighbours in one transaction; locks them before.</summary>
    public async Task Load(List<OrderId> ids, CancellationToken ct)
    {
        await Lock(ids, ct);
        await Read(ByIds(this, ids), ct);
    }

    /// <summary>Loads fulfilments with their lines.</summary>
    public Task LoadFulfilments(List<Guid> ids, CancellationToken ct) => Read(FulfilmentsByIds(this, ids), ct);

    /// <summary>Loads the charges of orders that are loaded.</summary>
    public async Task LoadCharges(List<OrderId> ids, CancellationToken ct)
    {
        await Read(ChargesByOrders(this, ids), ct);
        foreach (var order in ids.Select(Orders.Local.FindEntry))
        {
            order?.Collection(o => o.Charges).IsLoaded = true;
        }
    }

    private static async Task Read<T>(IAsyncEnumerable<T> rows, CancellationToken ct)
    {
        await foreach (var _ in rows.WithCancellation(ct))
        {
        }
    }

    /// <summary>Waits until nobody else changes these orders, and keeps others from it until the transaction ends. Before they are read: what is read then is the last word.</summary>
    public Task Lock(IReadOnlyCollection<OrderId> ids, CancellationToken ct) =>
        Database.ExecuteSqlAsync($"select from orders.orders where id = any({ids.Select(i => i.Value).ToArray()}) order by id for no key update", ct);

    /// <summary>
    /// One fulfilment with its lines: from memory when it was loaded for the group, else in one trip. Null too when it is of another node or channel than
    /// the caller's.
    /// </summary>
    public async ValueTask<Fulfilment?> FindFulfilment(Guid id, CancellationToken ct) =>
        (Fulfilments.Local.FindEntry(id)?.Entity ?? await FulfilmentById(this, id, ct)) is { } fulfilment && Caller.ReachesNode(fulfilment.Node)
        && (Caller.Channels is null || await Look(fulfilment.OrderId, ct) is not null)
            ? fulfilment
            : null;

    /// <summary>The order's charges, loaded when they were not.</summary>
    public async ValueTask<IReadOnlyList<OrderCharge>> ChargesOf(Order order, CancellationToken ct)
    {
        await Entry(order).Collection(o => o.Charges).LoadAsync(ct);
        return [.. order.Charges.OrderBy(c => c.Position)];
    }

    /// <summary>Sees to it that the order's tenders are loaded.</summary>
    public Task LoadTenders(Order order, CancellationToken ct) => Entry(order).Collection(o => o.Tenders).LoadAsync(ct);

    /// <summary>A refund of an order: what a neighbour in the group wrote is in memory, the rest in the table.</summary>
    public async ValueTask<OrderRefund?> FindRefund(Guid id, CancellationToken ct) =>
        Refunds.Local.FindEntry(id)?.Entity ?? await Refunds.Include(r => r.Lines).Include(r => r.Tenders).AsSplitQuery().SingleOrDefaultAsync(r => r.Id == id, ct);

    /// <summary>The order that a channel sent under a number of its own, for reading; null when it sent none.</summary>
    public Task<Order?> Earlier(string channel, string externalId, CancellationToken ct) => ByExternalId(this, channel, externalId, ct);

    /// <summary>
    /// Lines, dozens to an order. Those of an order that is not saved itself are left to EF: its revision is what tells that somebody was faster.
    /// </summary>
    protected override void HandOver(UnitOfWork work)
    {
        var saved = ChangeTracker.Entries<Order>().Where(o => o.State is EntityState.Added or EntityState.Modified).Select(o => o.Entity.Id).ToHashSet();
        if (saved.Count > 0)
        {
            foreach (var line in ChangeTracker.Entries<OrderLine>().Where(l => l.State is EntityState.Added or EntityState.Modified && saved.Contains(l.Entity.OrderId)))
            {
                if (line.State is EntityState.Added)
                {
                    work.Write(new NewLineRow(line.Entity));
                }
                else
                {
                    work.Write(new ChangedLineRow(line.Entity));

                    // Or the next line would take the change back.
                    line.OriginalValues.SetValues(line.Entity);
                }

                line.State = EntityState.Unchanged;
            }
        }

        foreach (var line in ChangeTracker.Entries<FulfilmentLine>().Where(l => l.State is EntityState.Added))
        {
            work.Write(new FulfilmentLineRow(line.Entity));
            line.State = EntityState.Unchanged;
        }
    }

    private async ValueTask<bool> IsOwn(OrderId id, CancellationToken ct) =>
        Caller.Nodes is not { } nodes || await Fulfilments.AnyAsync(f => f.OrderId == id && nodes.Contains(f.Node), ct);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("orders");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(OrdersDbContext).Assembly);
    }
}
