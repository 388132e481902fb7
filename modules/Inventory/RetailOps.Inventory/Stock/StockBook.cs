using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>
/// Changes positions: the guarded statement, the ledger, what this transaction knows, and what follows when stock becomes free, runs
/// short or is found again. The only way from a handler to a counter.
/// </summary>
internal sealed class StockBook(UnitOfWork work, ExceptionDesk desk)
{
    public const string ShortCause = "inventory.short";

    /// <summary>Changes what is promised.</summary>
    public void Promise(StockCount stock, int allocated = 0, int reserved = 0) => Change(stock, allocated, reserved, 0);

    /// <summary>Goods leave that were promised: on hand and allocated go down together.</summary>
    public void Ship(StockCount stock, int quantity, string cause)
    {
        work.Write(new MovementRow(Guid.CreateVersion7(), stock.Position, "shipped", -quantity, null, cause, work.Now));
        Change(stock, -quantity, 0, -quantity);
    }

    /// <summary>Goods come, go or are counted otherwise; the caller has seen that no more goes than lies there.</summary>
    public StockMovement Move(StockCount stock, string kind, int quantity, string? reason, string cause)
    {
        var position = stock.Position;
        var movement = new MovementRow(Guid.CreateVersion7(), position, kind, quantity, reason, cause, work.Now);
        work.Write(new PositionRow(position));
        work.Write(movement);
        work.Raise(new StockMoved(Guid.CreateVersion7(), work.Now, movement.Id, stock.Sku, position.Node, position.Condition, kind, quantity));
        if (kind == "adjusted")
        {
            work.Raise(new StockAdjusted(Guid.CreateVersion7(), work.Now, movement.Id, stock.Sku, position.Node, quantity, reason!));
        }

        Change(stock, 0, 0, quantity);
        return new(movement.Id, stock.Sku, position.Node, position.Condition, kind, quantity, reason, cause, work.Now);
    }

    private void Change(StockCount stock, int allocated, int reserved, int onHand)
    {
        var (free, missing) = (stock.Free, stock.Short);
        stock.Change(allocated, reserved, onHand);
        if (stock.Short != missing && work.Mode is WorkMode.Group)
        {
            // Whether a position is short, and no longer, is decided under its lock.
            throw new RunAloneException($"{stock.Sku} at {stock.Position.Node} is short.");
        }

        work.Take(new PositionChange(stock.Position, allocated, reserved, onHand, settles: stock.Short != missing));
        Follow(stock, stock.Free - free, missing);
    }

    private void Follow(StockCount stock, int freed, int shortBefore)
    {
        if (freed > 0 && stock.Position.Condition == PositionKey.Sellable)
        {
            work.Raise(new StockFreed(Guid.CreateVersion7(), work.Now, stock.Sku, stock.Position.Node, freed));
        }

        var key = $"item/{stock.Sku}/{stock.Position.Node}";
        if (stock.Short > shortBefore)
        {
            desk.Open(new(
                key, ShortCause, "high", $"{stock.Sku} at {stock.Position.Node} has promised {stock.Short} more than lies there; find the goods, or give the newest promises another node.",
                Proposed: new { stock.Sku, stock.Position.Node, stock.Short }));
        }
        else if (stock.Short == 0 && shortBefore > 0)
        {
            desk.Heal(key, ShortCause);
        }
    }
}
