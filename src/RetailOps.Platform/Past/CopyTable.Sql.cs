using System.Text.RegularExpressions;

using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Platform;

/// <summary>A row that only a history writes; where requests have a row of their own, that one is written.</summary>
/// <typeparam name="TSelf">The row's own type.</typeparam>
public interface IPastRow<TSelf>
    where TSelf : IPastRow<TSelf>
{
    /// <summary>Where rows of this type go.</summary>
    static abstract CopyTable<TSelf> Past { get; }
}

/// <summary>How rows of one type are copied in.</summary>
/// <typeparam name="T">The row's type.</typeparam>
public sealed partial class CopyTable<T>
{
    private readonly IReadOnlyList<RowColumn<T>> columns;

    /// <param name="target">Table and columns, like <c>platform.inbox (source, message_id)</c>.</param>
    /// <param name="columns">In the order of the target.</param>
    public CopyTable(string target, params IReadOnlyList<RowColumn<T>> columns)
        : this(target, columns, isRecorded: false)
    {
    }

    private CopyTable(string target, IReadOnlyList<RowColumn<T>> columns, bool isRecorded)
    {
        this.columns = columns;
        IsRecorded = isRecorded;
        Sql = $"copy {(isRecorded ? target.TrimEnd(')') + ", recorded)" : target)} from stdin (format binary)";
    }

    /// <summary>Lower ones come first, because others refer to them.</summary>
    public int Order { get; init; }

    internal string Sql { get; }

    internal bool IsRecorded { get; }

    /// <summary>The table that requests write with a plain insert of all columns.</summary>
    internal static CopyTable<T> Of(RowTable<T> table)
    {
        var insert = Insert().Match(table.Sql);
        return insert.Success && insert.Groups["columns"].Value.Split(',').Length == table.Columns.Count
            ? new($"{insert.Groups["table"].Value} ({insert.Groups["columns"].Value})", table.Columns, table.IsRecorded)
            : throw new InvalidOperationException($"{typeof(T).Name} is not written column by column; give it a past of its own.");
    }

    internal void Copy(T row, DateTimeOffset recorded, NpgsqlBinaryImporter to)
    {
        to.StartRow();
        foreach (var column in columns)
        {
            column.Copy(row, to);
        }

        if (IsRecorded)
        {
            to.Write(recorded, NpgsqlDbType.TimestampTz);
        }
    }

    [GeneratedRegex(@"^insert into (?<table>[a-z_.]+) \((?<columns>[a-z_, ]+)\)\s+select \* from unnest\([$0-9, ]+\)$")]
    private static partial Regex Insert();
}

/// <summary>Rows of one table that wait to be copied.</summary>
internal abstract class WaitingRows
{
    /// <summary>Lower ones come first.</summary>
    public abstract int Order { get; }

    public abstract int Count { get; }

    public abstract void Copy(NpgsqlConnection connection);
}

internal sealed class WaitingRows<T>(CopyTable<T> table) : WaitingRows
{
    private readonly List<(T Row, DateTimeOffset Recorded)> rows = [];

    public override int Order => table.Order;

    public override int Count => rows.Count;

    public void Add(T row, DateTimeOffset recorded) => rows.Add((row, recorded));

    public override void Copy(NpgsqlConnection connection)
    {
        using var importer = connection.BeginBinaryImport(table.Sql);
        foreach (var (row, recorded) in rows)
        {
            table.Copy(row, recorded, importer);
        }

        importer.Complete();
    }
}
