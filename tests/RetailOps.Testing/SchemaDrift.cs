using System.Text.RegularExpressions;

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;

using Npgsql;

namespace RetailOps.Testing;

/// <summary>Whether the SQL files and the EF model say the same of the tables the model knows.</summary>
public static partial class SchemaDrift
{
    private static readonly Dictionary<string, string> LongTypeNames = new()
    {
        ["varchar"] = "character varying",
        ["char"] = "character",
        ["bpchar"] = "character",
        ["int"] = "integer",
        ["int2"] = "smallint",
        ["int4"] = "integer",
        ["int8"] = "bigint",
        ["bool"] = "boolean",
        ["decimal"] = "numeric",
        ["float4"] = "real",
        ["float8"] = "double precision",
        ["timestamptz"] = "timestamp with time zone",
    };

    /// <summary>
    /// Compares tables, columns (type with length, nullability), primary keys, check constraints and unique indexes. Expressions are
    /// compared as PostgreSQL understands them, not as they were typed. Not compared: names of keys and indexes, other indexes,
    /// foreign keys, defaults, tables and views the model does not map.
    /// </summary>
    /// <param name="context">Its model is read; its own connection is not used.</param>
    /// <param name="connection">Open, without a transaction, as owner or administrator: temporary tables are made and rolled back.</param>
    /// <returns>One sentence per difference, by table; empty when there is none.</returns>
    public static async Task<IReadOnlyList<string>> Compare(DbContext context, NpgsqlConnection connection)
    {
        var differences = new List<string>();
        var model = context.GetService<IDesignTimeModel>().Model.GetRelationalModel();
        foreach (var table in model.Tables.OrderBy(t => t.Schema, StringComparer.Ordinal).ThenBy(t => t.Name, StringComparer.Ordinal))
        {
            var place = $"{table.Schema ?? "public"}.{table.Name}";
            differences.AddRange((await CompareTable(table, connection)).Select(difference => $"{place}: {difference}"));
        }

        return differences;
    }

    private static async Task<List<string>> CompareTable(ITable table, NpgsqlConnection connection)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        var found = await FoundTable.ReadAsync(connection, table.Schema ?? "public", table.Name);
        if (found is null)
        {
            return ["there is no such table"];
        }

        var differences = new List<string>();
        CompareColumns(table, found, differences);

        var key = List(table.PrimaryKey?.Columns.Select(c => c.Name));
        if (key != List(found.PrimaryKey))
        {
            differences.Add($"the primary key is {List(found.PrimaryKey)}, in the model {key}");
        }

        await CompareChecks(table, found, differences);
        await CompareUnique(table, found, differences);
        return differences;
    }

    private static void CompareColumns(ITable table, FoundTable found, List<string> differences)
    {
        foreach (var column in table.Columns.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            if (!found.Columns.TryGetValue(column.Name, out var there))
            {
                differences.Add($"there is no column {column.Name}");
                continue;
            }

            var type = LongTypeName(column.StoreType);
            if (type != there.Type)
            {
                differences.Add($"column {column.Name} is {there.Type}, in the model {type}");
            }

            if (column.IsNullable != there.IsNullable)
            {
                differences.Add(there.IsNullable ? $"column {column.Name} may be null, in the model not" : $"column {column.Name} is not null, in the model it may be null");
            }
        }

        differences.AddRange(found.Columns.Keys.Where(name => table.Columns.All(c => c.Name != name)).Order(StringComparer.Ordinal)
            .Select(name => $"column {name} is not in the model"));
    }

    private static async Task CompareChecks(ITable table, FoundTable found, List<string> differences)
    {
        foreach (var check in table.CheckConstraints.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            if (!found.Checks.TryGetValue(check.Name!, out var there))
            {
                differences.Add($"there is no check {check.Name}");
                continue;
            }

            var (expression, refused) = await found.UnderstandCheck(check.Sql);
            if (refused is not null)
            {
                differences.Add($"check {check.Name} of the model does not fit the table: {refused}");
            }
            else if (expression != there)
            {
                differences.Add($"check {check.Name} is {there}, in the model {expression}");
            }
        }

        differences.AddRange(found.Checks.Keys.Where(name => table.CheckConstraints.All(c => c.Name != name)).Order(StringComparer.Ordinal)
            .Select(name => $"check {name} is not in the model"));
    }

    private static async Task CompareUnique(ITable table, FoundTable found, List<string> differences)
    {
        var wanted = table.UniqueConstraints.Where(u => !u.GetIsPrimaryKey()).Select(u => List(u.Columns.Select(c => c.Name))).ToHashSet();
        foreach (var index in table.Indexes.Where(i => i.IsUnique))
        {
            var (filter, refused) = index.Filter is null ? (null, null) : await found.UnderstandFilter(index.Filter);
            if (refused is not null)
            {
                differences.Add($"the filter of unique index {index.Name} of the model does not fit the table: {refused}");
                continue;
            }

            var nullsDistinct = index.MappedIndexes.First().FindAnnotation("Npgsql:NullsDistinct")?.Value is not false;
            wanted.Add(UniqueIndex(List(index.Columns.Select(c => c.Name)), filter, nullsDistinct));
        }

        differences.AddRange(wanted.Except(found.UniqueIndexes).Order(StringComparer.Ordinal).Select(unique => $"{unique} is unique in the model only"));
        differences.AddRange(found.UniqueIndexes.Except(wanted).Order(StringComparer.Ordinal).Select(unique => $"{unique} is unique in the database only"));
    }

    private static string List(IEnumerable<string>? names) => names is null ? "(none)" : $"({string.Join(", ", names)})";

    private static string UniqueIndex(string columns, string? filter, bool nullsDistinct) =>
        $"{columns}{(nullsDistinct ? "" : " nulls not distinct")}{(filter is null ? "" : $" where {filter}")}";

    private static string LongTypeName(string storeType)
    {
        var type = storeType.Replace(", ", ",", StringComparison.Ordinal);
        var word = FirstWord().Match(type).Value;
        return LongTypeNames.TryGetValue(word, out var name) ? name + type[word.Length..] : type;
    }

    [GeneratedRegex("^[a-z0-9]+")]
    private static partial Regex FirstWord();
}
