using System.Globalization;
using System.Text.Json;

using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Bench;

/// <summary>One statement of the baseline: its text is always the same, its values are the order's.</summary>
/// <param name="Text">SQL.</param>
/// <param name="Values">By position.</param>
/// <param name="SortKey">What contended rows are ordered by; null for rows of the order's own.</param>
internal sealed record Statement(string Text, IReadOnlyList<Func<Fresh, NpgsqlParameter>> Values, Func<Fresh, string>? SortKey = null)
{
    public NpgsqlBatchCommand With(Fresh fresh)
    {
        var command = new NpgsqlBatchCommand(Text);
        foreach (var value in Values)
        {
            command.Parameters.Add(value(fresh));
        }

        return command;
    }
}

/// <summary>
/// What one real order wrote, made into plain batches that write the same for any order: as many rows into the same tables, as many new versions
/// and deletions of them, in few commits. Rows that belong to nobody (stock, counters) get the same difference, last, in the order of their keys.
/// </summary>
internal sealed class Script(IReadOnlyDictionary<string, Table> tables, Tokens tokens)
{
    /// <summary>The statements of one commit.</summary>
    public IReadOnlyList<Statement> Commit(IReadOnlyList<Change> changes, ISet<string> ownRows)
    {
        foreach (var change in changes.Where(c => c.Operation == "INSERT"))
        {
            ownRows.Add(RowOf(change));
        }

        var (own, shared) = (changes.Where(c => ownRows.Contains(RowOf(c))).ToList(), changes.Where(c => !ownRows.Contains(RowOf(c))).ToList());
        return
        [
            .. own.Where(c => c.Operation == "INSERT").GroupBy(c => c.Table).Select(rows => Insert(tables[rows.Key], [.. rows])),
            .. Generations(own).SelectMany(g => g.GroupBy(c => (c.Table, Columns: string.Join(',', Changed(c))))).Select(rows => Update(tables[rows.Key.Table], [.. rows])),
            .. own.Where(c => c.Operation == "DELETE").GroupBy(c => c.Table).Select(rows => Delete(tables[rows.Key], [.. rows])),
            .. shared.Where(c => c.Operation == "UPDATE").Select(Move),
        ];
    }

    /// <summary>The first new version of each row, then the second of those that have one, and so on.</summary>
    private IEnumerable<IEnumerable<Change>> Generations(IEnumerable<Change> own) => own.Where(c => c.Operation == "UPDATE")
        .GroupBy(RowOf).SelectMany(row => row.Select((change, generation) => (change, generation))).GroupBy(x => x.generation, x => x.change).OrderBy(g => g.Key);

    private string RowOf(Change change)
    {
        var row = change.Operation == "INSERT" ? change.New : change.Old;
        var table = tables[change.Table];
        return table.Key.Count == 0
            ? throw new InvalidOperationException($"{change.Table} has no primary key: its rows cannot be told apart.")
            : $"{change.Table} {string.Join(' ', table.Key.Select(k => row.GetProperty(k).ToString()))}";
    }

    private static List<string> Changed(Change change)
    {
        var changed = change.New.EnumerateObject().Where(p => change.Old.GetProperty(p.Name).GetRawText() != p.Value.GetRawText()).Select(p => p.Name).ToList();

        // Written again as it was: a new version all the same.
        return changed.Count > 0 ? changed : [change.New.EnumerateObject().Last().Name];
    }

    private Statement Insert(Table table, IReadOnlyList<Change> rows)
    {
        var columns = table.Columns.Values.ToArray();
        var parameters = new Parameters();
        var tuples = rows.Select(row =>
        {
            var counted = Counted(table, row.New);
            return "(" + string.Join(", ", columns.Select(c => parameters.Add(Value(table, c, row.New.GetProperty(c.Name), counted == c.Name), c.Type))) + ")";
        }).ToArray();
        return new($"insert into {table.Name} ({string.Join(", ", columns.Select(c => c.Name))}) overriding system value values {string.Join(", ", tuples)}", parameters.All);
    }

    private Statement Update(Table table, IReadOnlyList<Change> rows)
    {
        var changed = Changed(rows[0]);
        var parameters = new Parameters();
        var tuples = rows.Select(row => "(" + string.Join(", ",
            [
                .. table.Key.Select(k => parameters.Add(Value(table, table.Columns[k], row.Old.GetProperty(k), false), table.Columns[k].Type)),
                .. changed.Select(c => parameters.Add(Value(table, table.Columns[c], row.New.GetProperty(c), Counted(table, row.New) == c), table.Columns[c].Type)),
            ]) + ")").ToArray();
        return new(
            $"update {table.Name} t set {string.Join(", ", changed.Select(c => $"{c} = v.{c}"))} from (values {string.Join(", ", tuples)}) v ({string.Join(", ", table.Key.Select(k => "k_" + k).Concat(changed))}) "
            + $"where {string.Join(" and ", table.Key.Select(k => $"t.{k} = v.k_{k}"))}", parameters.All);
    }

    private Statement Delete(Table table, IReadOnlyList<Change> rows)
    {
        var parameters = new Parameters();
        var tuples = rows.Select(row => "(" + string.Join(", ", table.Key.Select(k => parameters.Add(Value(table, table.Columns[k], row.Old.GetProperty(k), false), table.Columns[k].Type))) + ")").ToArray();
        return new($"delete from {table.Name} where ({string.Join(", ", table.Key)}) in ({string.Join(", ", tuples)})", parameters.All);
    }

    /// <summary>A row of nobody: what is counted goes by as much, the rest becomes what it became.</summary>
    private Statement Move(Change change)
    {
        var table = tables[change.Table];
        var parameters = new Parameters();
        var sets = Changed(change).Select(name =>
        {
            var (column, was, becomes) = (table.Columns[name], change.Old.GetProperty(name), change.New.GetProperty(name));
            return column.Type is "integer" or "bigint" or "smallint" && was.ValueKind == JsonValueKind.Number
                ? string.Create(CultureInfo.InvariantCulture, $"{name} = {name} + ({becomes.GetInt64() - was.GetInt64()})")
                : $"{name} = {parameters.Add(Value(table, column, becomes, false), column.Type)}";
        }).ToArray();
        var keys = table.Key.Select(k => Value(table, table.Columns[k], change.Old.GetProperty(k), false)).ToArray();
        var where = table.Key.Select((k, i) => $"{k} = {parameters.Add(keys[i], table.Columns[k].Type)}").ToArray();
        return new(
            $"update {table.Name} set {string.Join(", ", sets)} where {string.Join(" and ", where)}", parameters.All,
            fresh => $"{table.Name} {string.Join(' ', keys.Select(k => k(fresh).Value))}");
    }

    /// <summary>The column that a counter must fill so that a unique index holds, where no other of its columns differs from order to order.</summary>
    private string? Counted(Table table, JsonElement row) =>
        table.Uniques.Where(u => u.All(c => row.GetProperty(c).ValueKind != JsonValueKind.Null && !table.Columns[c].IsIdentity && !tokens.Differs(row.GetProperty(c).ToString())))
            .Select(u => u.LastOrDefault(c => table.Columns[c].Type is "integer" or "bigint")
                ?? throw new InvalidOperationException($"{table.Name}: nothing of ({string.Join(", ", u)}) differs from order to order.")).FirstOrDefault();

    private Func<Fresh, NpgsqlParameter> Value(Table table, Column column, JsonElement value, bool isCounted)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return _ => new() { Value = DBNull.Value, NpgsqlDbType = TypeOf(column.Type) };
        }

        if (isCounted || column.IsIdentity)
        {
            var number = tokens.Number(isCounted ? $"{table.Name}.{column.Name}" : column.Space, value.GetInt64());
            return column.Type == "integer" ? fresh => new() { Value = (int)number(fresh) } : fresh => new() { Value = number(fresh) };
        }

        switch (column.Type)
        {
            case "uuid":
                var id = tokens.Guid(value.GetString()!);
                return fresh => new() { Value = id(fresh) };
            case "timestamp with time zone" when value.GetString() is { } text:
                return text switch
                {
                    "-infinity" => _ => new() { Value = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc), NpgsqlDbType = NpgsqlDbType.TimestampTz },
                    "infinity" => _ => new() { Value = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc), NpgsqlDbType = NpgsqlDbType.TimestampTz },
                    _ => At(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime),
                };
            case "jsonb":
                return Text(value.GetRawText(), NpgsqlDbType.Jsonb);
            case "text" or "character" or "character varying":
                return Text(value.GetString()!, NpgsqlDbType.Text);
            default:
                var same = Constant(column.Type, value);
                return _ => new() { Value = same };
        }

        static Func<Fresh, NpgsqlParameter> At(DateTime then) => fresh => new() { Value = then + fresh.Later, NpgsqlDbType = NpgsqlDbType.TimestampTz };

        Func<Fresh, NpgsqlParameter> Text(string text, NpgsqlDbType type)
        {
            var words = tokens.Text(text);
            return fresh => new() { Value = words(fresh), NpgsqlDbType = type };
        }
    }

    private static object Constant(string type, JsonElement value) => type switch
    {
        "smallint" => value.GetInt16(),
        "integer" => value.GetInt32(),
        "bigint" => value.GetInt64(),
        "boolean" => value.GetBoolean(),
        "numeric" => value.GetDecimal(),
        "double precision" => value.GetDouble(),
        "date" => value.GetString() is "-infinity" ? DateOnly.MinValue : DateOnly.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        "bytea" => Convert.FromHexString(value.GetString()!.AsSpan(2)),
        "text[]" => value.EnumerateArray().Select(v => v.GetString()!).ToArray(),
        _ => throw new InvalidOperationException($"The baseline cannot write a column of type {type}."),
    };

    private static NpgsqlDbType TypeOf(string type) => type switch
    {
        "uuid" => NpgsqlDbType.Uuid,
        "timestamp with time zone" => NpgsqlDbType.TimestampTz,
        "jsonb" => NpgsqlDbType.Jsonb,
        "smallint" => NpgsqlDbType.Smallint,
        "integer" => NpgsqlDbType.Integer,
        "bigint" => NpgsqlDbType.Bigint,
        "boolean" => NpgsqlDbType.Boolean,
        "numeric" => NpgsqlDbType.Numeric,
        "double precision" => NpgsqlDbType.Double,
        "date" => NpgsqlDbType.Date,
        "bytea" => NpgsqlDbType.Bytea,
        "text[]" => NpgsqlDbType.Array | NpgsqlDbType.Text,
        _ => NpgsqlDbType.Text,
    };

    private sealed class Parameters
    {
        private readonly List<Func<Fresh, NpgsqlParameter>> all = [];

        public IReadOnlyList<Func<Fresh, NpgsqlParameter>> All => all;

        public string Add(Func<Fresh, NpgsqlParameter> value, string type)
        {
            all.Add(value);

            // "character" alone would be one character.
            return $"${all.Count}::{(type == "character" ? "bpchar" : type)}";
        }
    }
}
