using Npgsql;

namespace RetailOps.Bench;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">As PostgreSQL writes it, like <c>timestamp with time zone</c>.</param>
/// <param name="IsIdentity">Whether a counter fills it, or it refers to a column that one fills.</param>
/// <param name="Space">The counter's table and column; empty without one.</param>
internal sealed record Column(string Name, string Type, bool IsIdentity, string Space);

/// <summary>A table as the baseline must know it.</summary>
/// <param name="Name">With its schema.</param>
/// <param name="Columns">By name.</param>
/// <param name="Key">The primary key's columns.</param>
/// <param name="Uniques">The columns of each unique index.</param>
internal sealed record Table(string Name, IReadOnlyDictionary<string, Column> Columns, IReadOnlyList<string> Key, IReadOnlyList<IReadOnlyList<string>> Uniques)
{
    private const string AllColumns =
        """
        select c.oid::regclass::text, a.attname::text, format_type(a.atttypid, null), a.attidentity <> '' or f.target is not null, coalesce(f.target, case when a.attidentity <> '' then c.oid::regclass::text || '.' || a.attname end, '')
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        left join lateral (
          select k.confrelid::regclass::text || '.' || r.attname as target from pg_constraint k join pg_attribute r on r.attrelid = k.confrelid and r.attnum = k.confkey[1] and r.attidentity <> ''
          where k.contype = 'f' and k.conrelid = c.oid and cardinality(k.conkey) = 1 and k.conkey[1] = a.attnum limit 1) f on true
        where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
        order by 1, a.attnum
        """;

    private const string AllIndexes =
        """
        select i.indrelid::regclass::text, i.indisprimary, array(select a.attname::text from unnest(i.indkey::int[]) with ordinality k (n, o) join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n order by k.o)
        from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
        where i.indisunique and i.indexprs is null and c.relkind = 'r' and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
        """;

    /// <summary>All tables of a database.</summary>
    public static async Task<IReadOnlyDictionary<string, Table>> Read(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var columns = new List<(string Table, Column Column)>();
        await using (var command = source.CreateCommand(AllColumns))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                columns.Add((reader.GetString(0), new(reader.GetString(1), reader.GetString(2), reader.GetBoolean(3), reader.GetString(4))));
            }
        }

        var indexes = new List<(string Table, bool IsKey, string[] Columns)>();
        await using (var command = source.CreateCommand(AllIndexes))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                indexes.Add((reader.GetString(0), reader.GetBoolean(1), reader.GetFieldValue<string[]>(2)));
            }
        }

        return columns.GroupBy(c => c.Table, c => c.Column).ToDictionary(
            t => t.Key,
            t => new Table(
                t.Key,
                t.ToDictionary(c => c.Name),
                indexes.Where(i => i.Table == t.Key && i.IsKey).Select(i => i.Columns).FirstOrDefault() ?? [],
                [.. indexes.Where(i => i.Table == t.Key).Select(i => (IReadOnlyList<string>)i.Columns)]));
    }
}
