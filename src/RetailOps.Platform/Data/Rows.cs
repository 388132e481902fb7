using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Platform;

/// <summary>A row that the unit of work writes itself, with its whole table's rows in one statement; never by EF.</summary>
/// <typeparam name="TSelf">The row's own type.</typeparam>
public interface IRow<TSelf>
    where TSelf : IRow<TSelf>
{
    /// <summary>How rows of this type are written.</summary>
    static abstract RowTable<TSelf> Table { get; }
}

/// <summary>The order in which one flush sends its statements: what is contended comes last.</summary>
public enum FlushOrder
{
    /// <summary>Workflow instances, already locked.</summary>
    Instances,

    /// <summary>What belongs to instances: bookmarks, timers, journal.</summary>
    Engine,

    /// <summary>Rows of modules that nobody else writes.</summary>
    Modules,

    /// <summary>Events, before what points to them.</summary>
    Events,

    /// <summary>Deliveries and stimuli.</summary>
    Queues,
}

/// <summary>One column of a <see cref="RowTable{T}"/>.</summary>
/// <typeparam name="T">The row's type.</typeparam>
public abstract class RowColumn<T>
{
    internal abstract NpgsqlParameter Of(List<T> rows);

    internal abstract void Copy(T row, NpgsqlBinaryImporter to);
}

/// <summary>Makes columns; the second argument of each reads the value from a row.</summary>
public static class Column
{
    /// <summary>uuid.</summary>
    public static RowColumn<T> Uuid<T>(Func<T, Guid> value) => new Typed<T, Guid>(value, NpgsqlDbType.Uuid);

    /// <summary>uuid or null.</summary>
    public static RowColumn<T> UuidOrNull<T>(Func<T, Guid?> value) => new Typed<T, Guid?>(value, NpgsqlDbType.Uuid);

    /// <summary>text or null.</summary>
    public static RowColumn<T> Text<T>(Func<T, string?> value) => new Typed<T, string?>(value, NpgsqlDbType.Text);

    /// <summary>jsonb or null, from JSON text.</summary>
    public static RowColumn<T> Json<T>(Func<T, string?> value) => new Typed<T, string?>(value, NpgsqlDbType.Jsonb);

    /// <summary>int.</summary>
    public static RowColumn<T> Int4<T>(Func<T, int> value) => new Typed<T, int>(value, NpgsqlDbType.Integer);

    /// <summary>int or null.</summary>
    public static RowColumn<T> Int4OrNull<T>(Func<T, int?> value) => new Typed<T, int?>(value, NpgsqlDbType.Integer);

    /// <summary>smallint.</summary>
    public static RowColumn<T> Int2<T>(Func<T, short> value) => new Typed<T, short>(value, NpgsqlDbType.Smallint);

    /// <summary>bigint.</summary>
    public static RowColumn<T> Int8<T>(Func<T, long> value) => new Typed<T, long>(value, NpgsqlDbType.Bigint);

    /// <summary>bigint or null.</summary>
    public static RowColumn<T> Int8OrNull<T>(Func<T, long?> value) => new Typed<T, long?>(value, NpgsqlDbType.Bigint);

    /// <summary>numeric.</summary>
    public static RowColumn<T> Numeric<T>(Func<T, decimal> value) => new Typed<T, decimal>(value, NpgsqlDbType.Numeric);

    /// <summary>boolean.</summary>
    public static RowColumn<T> Bool<T>(Func<T, bool> value) => new Typed<T, bool>(value, NpgsqlDbType.Boolean);

    /// <summary>date.</summary>
    public static RowColumn<T> Date<T>(Func<T, DateOnly> value) => new Typed<T, DateOnly>(value, NpgsqlDbType.Date);

    /// <summary>bytea or null.</summary>
    public static RowColumn<T> Bytes<T>(Func<T, byte[]?> value) => new Typed<T, byte[]?>(value, NpgsqlDbType.Bytea);

    /// <summary>timestamptz; any offset, stored as UTC.</summary>
    public static RowColumn<T> Instant<T>(Func<T, DateTimeOffset> value) => new Typed<T, DateTimeOffset>(r => value(r).ToUniversalTime(), NpgsqlDbType.TimestampTz);

    /// <summary>timestamptz or null.</summary>
    public static RowColumn<T> InstantOrNull<T>(Func<T, DateTimeOffset?> value) =>
        new Typed<T, DateTimeOffset?>(r => value(r)?.ToUniversalTime(), NpgsqlDbType.TimestampTz);

    private sealed class Typed<T, TValue>(Func<T, TValue> value, NpgsqlDbType type) : RowColumn<T>
    {
        internal override NpgsqlParameter Of(List<T> rows)
        {
            var values = new TValue[rows.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = value(rows[i]);
            }

            return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
        }

        internal override void Copy(T row, NpgsqlBinaryImporter to)
        {
            var read = value(row);
            if (read is null)
            {
                to.WriteNull();
            }
            else if (Nullable.GetUnderlyingType(typeof(TValue)) is null)
            {
                to.Write(read, type);
            }
            else
            {
                to.Write<object>(read, type);
            }
        }
    }
}

/// <summary>How all rows of one type are written: one statement over <c>unnest</c>, whatever their number.</summary>
/// <typeparam name="T">The row's type.</typeparam>
public sealed class RowTable<T>
{
    private readonly RowColumn<T>[] columns;

    /// <param name="order">When in the flush.</param>
    /// <param name="sql">A statement whose parameters $1 … $n are the columns' arrays, in order.</param>
    /// <param name="everyRow">Whether the statement must affect one row for each written row; less means that somebody was faster (<see cref="StaleException"/>).</param>
    /// <param name="columns">The arrays.</param>
    public RowTable(FlushOrder order, string sql, bool everyRow, params RowColumn<T>[] columns)
    {
        Order = order;
        Sql = sql;
        EveryRow = everyRow;
        this.columns = columns;
    }

    /// <summary>Called after the statement with the rows that were written and the number of those that it affected; null for nothing to do.</summary>
    public Action<UnitOfWork, IReadOnlyList<T>, int>? Affected { get; init; }

    /// <summary>Whether the table says by itself, in <c>recorded</c>, when a row was written. Where a history is written it is told.</summary>
    public bool IsRecorded { get; init; }

    internal FlushOrder Order { get; }

    internal string Sql { get; }

    internal bool EveryRow { get; }

    internal IReadOnlyList<RowColumn<T>> Columns => columns;

    internal NpgsqlBatchCommand ToCommand(List<T> rows)
    {
        var command = new NpgsqlBatchCommand(Sql);
        foreach (var column in columns)
        {
            command.Parameters.Add(column.Of(rows));
        }

        return command;
    }
}

/// <summary>A change of one contended row, sent last in its transaction by a statement that guards itself.</summary>
public abstract class GuardedChange
{
    /// <summary>Most changes that travel in one statement: it compares each with each.</summary>
    internal const int MostTogether = 64;

    /// <summary>
    /// Decides the one order in which such rows are locked everywhere; compared ordinally. Those of one type stand together in it.
    /// </summary>
    public abstract string Key { get; }

    /// <summary>Adds another change of the same row, so that one statement does for both.</summary>
    public abstract void Add(GuardedChange other);

    /// <summary>
    /// One statement for changes of this type, given in the order of their keys, in which it must lock their rows if others may hold them. It must affect one
    /// row for each, or one of the rows was <see cref="ContendedException">contended</see>.
    /// </summary>
    public abstract NpgsqlBatchCommand ToCommand(IReadOnlyList<GuardedChange> changes);
}

/// <summary>The transaction lost a race and may be run again from fresh reads.</summary>
public abstract class RedoException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A guarded statement found its row changed by somebody else.</summary>
public sealed class ContendedException(string key) : RedoException($"Somebody else was faster on {key.Replace('\u0001', ' ')}.");

/// <summary>A revision was no longer the one that was read.</summary>
public sealed class StaleException(string what, Exception? inner = null) : RedoException($"Changed meanwhile: {what}.", inner);

/// <summary>What happened cannot be told apart within a group; each of its bursts has to run alone.</summary>
public sealed class RunAloneException(string reason) : RedoException(reason);
