using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>Stock of a history: all positions in memory, which together are as many as items times nodes; the ledger goes to its table.</summary>
internal sealed class InventoryPast : IPastRoom
{
    private readonly Dictionary<Sku, Item> items = [];
    private readonly Dictionary<string, Node> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<PositionKey, StockCount> counts = [];
    private readonly Dictionary<Sku, List<StockCount>> sellable = [];
    private readonly HashSet<StockCount> changed = [];
    private readonly List<object> made = [];
    private readonly List<Allocation> allocations = [];
    private PastWork past = null!;

    public void Open(PastWork past)
    {
        this.past = past;
        past.On<PutNode, NodeView>(Put);
        past.On<PutItem, ItemView>(Put);
        past.On<ReceiveStock, MovedStock>(Receive);
        past.On<FindStock, IReadOnlyList<StockCandidate>>(Find);
        past.On<AllocateOrder, OrderAllocation>(Allocate);
        past.On<ShipStock, ShippedStock>(Ship);
        past.On<ReceiveReturnedStock, MovedStock>(Receive);
        past.On<DisposeReturnedStock, MovedStock>(Dispose);
        past.AtStoryEnd(End);
        past.AtBatchEnd(() => PastPositions.Settle(changed));
    }

    private void End()
    {
        made.ForEach(past.Add<InventoryDbContext>);
        allocations.ForEach(past.Add<InventoryDbContext>);
        made.Clear();
        allocations.Clear();
    }

    private Result<NodeView> Put(PutNode request)
    {
        var node = new Node(request.Code, request.Name, request.Kind);
        node.Put(request);
        nodes.Add(node.Code, node);
        made.Add(node);
        past.Raise(node, node.Changed(past.Now) with { EventId = past.NewId() });
        return node.View();
    }

    private Result<ItemView> Put(PutItem request)
    {
        var item = new Item(past.NewId(), request.Sku, request.Name, request.Uom);
        item.Put(request);
        items.Add(item.Sku, item);
        made.Add(item);
        past.Raise(item, item.Changed(past.Now) with { EventId = past.NewId() });
        return item.View();
    }

    private Result<MovedStock> Receive(ReceiveStock request)
    {
        var key = $"receipt/{request.Reference}";
        foreach (var line in request.Lines)
        {
            Move(At(line.Sku, request.Node, PositionKey.Sellable), "received", line.Quantity, null, key);
        }

        return Answer(key, new MovedStock(request.Lines.Sum(l => l.Quantity)));
    }

    private Result<IReadOnlyList<StockCandidate>> Find(FindStock request) =>
        request.Skus.Distinct()
            .SelectMany(s => sellable.GetValueOrDefault(s) ?? [])
            .Where(c => c.Free > 0 && c.Place!.Serves)
            .Select(c => new StockCandidate(c.Sku, c.Position.Node, c.Place!.Kind, c.Place.Region, c.Free)).ToList();

    private Result<OrderAllocation> Allocate(AllocateOrder request)
    {
        foreach (var line in request.Lines)
        {
            var count = At(line.Sku, line.Node!, PositionKey.Sellable);
            if (count.Free < line.Quantity)
            {
                throw new InvalidOperationException($"In a history every order gets its stock at once; {line.Sku} at {line.Node} has {count.Free}.");
            }

            Change(count, line.Quantity, 0);
            allocations.Add(new()
            {
                OrderId = request.OrderId,
                Attempt = request.Attempt,
                LineId = line.LineId,
                ItemId = count.Position.ItemId,
                Node = count.Position.Node,
                Quantity = line.Quantity,
                Created = past.Now,
            });
        }

        past.Raise(new OrderStockAllocated(past.NewId(), past.Now, request.OrderId, request.Attempt, true));
        return new OrderAllocation(request.OrderId, request.Attempt, true, [.. request.Lines.Select(l => new GrantedStock(l.LineId, l.Node!, l.Quantity))]);
    }

    private Result<ShippedStock> Ship(ShipStock request)
    {
        var cause = Shipping.CauseOf(request.ShipmentId);
        foreach (var line in request.Lines)
        {
            var from = allocations.Single(a => a.OrderId == request.OrderId && a.LineId == line.LineId && a.Node == request.Node);
            from.Shipped += line.Quantity;
            var count = counts[new(from.ItemId, from.Node, PositionKey.Sellable)];
            past.Write(new MovementRow(past.NewId(), count.Position, "shipped", -line.Quantity, null, cause, past.Now));
            Change(count, -line.Quantity, -line.Quantity);
        }

        past.Raise(new StockShipped(past.NewId(), past.Now, request.OrderId, request.ShipmentId, request.Lines.Sum(l => l.Quantity)));
        return Answer(cause, new ShippedStock(request.ShipmentId, [.. request.Lines.Select(l => new GrantedStock(l.LineId, request.Node, l.Quantity))]));
    }

    private Result<MovedStock> Receive(ReceiveReturnedStock request)
    {
        foreach (var line in request.Lines)
        {
            Move(At(line.Sku, request.Node, PositionKey.Quarantine), "returned", line.Quantity, null, BusinessKey.Of("return", request.ReturnId));
        }

        return Answer($"return-receipt/{request.ReturnId}/{request.ReceiptId}", new MovedStock(request.Lines.Sum(l => l.Quantity)));
    }

    private Result<MovedStock> Dispose(DisposeReturnedStock request)
    {
        var (lies, cause) = (At(request.Sku, request.Node, PositionKey.Quarantine), BusinessKey.Of("return", request.ReturnId));
        if (request.Disposition == "restock")
        {
            Move(lies, "transferred", -request.Quantity, request.Disposition, cause);
            Move(At(request.Sku, request.Node, PositionKey.Sellable), "transferred", request.Quantity, request.Disposition, cause);
        }
        else
        {
            Move(lies, "scrapped", -request.Quantity, request.Disposition, cause);
        }

        return Answer($"return-move/{request.ReturnId}/{request.MoveId}", new MovedStock(request.Quantity));
    }

    private void Move(StockCount count, string kind, int quantity, string? reason, string cause)
    {
        var movement = new MovementRow(past.NewId(), count.Position, kind, quantity, reason, cause, past.Now);
        past.Write(movement);
        past.Raise(new StockMoved(past.NewId(), past.Now, movement.Id, count.Sku, count.Position.Node, count.Position.Condition, kind, quantity));
        Change(count, 0, quantity);
    }

    private void Change(StockCount count, int allocated, int onHand)
    {
        var free = count.Free;
        count.Change(allocated, 0, onHand);
        changed.Add(count);
        if (count.Free > free && count.Position.Condition == PositionKey.Sellable)
        {
            past.Raise(new StockFreed(past.NewId(), past.Now, count.Sku, count.Position.Node, count.Free - free));
        }
    }

    private StockCount At(Sku sku, string node, string condition)
    {
        var key = new PositionKey(items[sku].Id, node, condition);
        if (!counts.TryGetValue(key, out var count))
        {
            var place = nodes[node];
            counts.Add(key, count = new(key, sku, 0, 0, 0, 0) { Place = new(place.Kind, place.Region, place.Open) });
            if (condition == PositionKey.Sellable)
            {
                (sellable.TryGetValue(sku, out var all) ? all : sellable[sku] = []).Add(count);
            }
        }

        return count;
    }

    private T Answer<T>(string key, T answer)
    {
        past.Write(new BatchRow(key, JsonSerializer.Serialize(answer, JsonSerializerOptions.Web), past.Now));
        return answer;
    }
}
