using System.Text.Json;

using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Bench;

/// <summary>A row that a transaction wrote.</summary>
/// <param name="Transaction">Which, in the order in which they wrote first.</param>
/// <param name="Table">With its schema.</param>
/// <param name="Operation">INSERT, UPDATE or DELETE.</param>
/// <param name="Old">The row before; undefined for an insert.</param>
/// <param name="New">The row after; undefined for a deletion.</param>
internal sealed record Change(long Transaction, string Table, string Operation, JsonElement Old, JsonElement New);

/// <summary>What was written of each table, in the table's order.</summary>
internal static class Changes
{
    private static readonly string[] Operations = ["INSERT", "UPDATE", "DELETE"];

    /// <summary>New rows, new versions and deletions of each table, like <c>orders.lines 2/6/0</c>.</summary>
    public static string Summary(this IEnumerable<Change> changes) => string.Join(", ", changes.GroupBy(c => c.Table).OrderBy(t => t.Key, StringComparer.Ordinal)
        .Select(t => $"{t.Key} {string.Join('/', Operations.Select(o => t.Count(c => c.Operation == o)))}"));
}

/// <summary>Writes down each row that a database's clients write, by triggers that are taken away at the end.</summary>
internal sealed class Recorder(string superuser)
{
    // What hosts write for themselves, order or no order.
    private const string Begin =
        """
        create schema bench;
        create table bench.changes (id bigint generated always as identity primary key, tx bigint not null, tab text not null, op text not null, old jsonb, new jsonb);
        create function bench.note() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
        begin
          insert into bench.changes (tx, tab, op, old, new) values (txid_current(), tg_table_schema || '.' || tg_table_name, tg_op,
            case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
          return null;
        end $$;
        do $$
        declare t record;
        begin
          for t in select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname in ('platform', 'workflows', 'orders', 'inventory', 'returns', 'integration', 'intelligence', 'sandbox_erp')
              and (n.nspname, c.relname) not in (('workflows', 'hosts'), ('workflows', 'in_flight'), ('platform', 'watch'), ('platform', 'retention'), ('platform', 'schema_versions'), ('platform', 'chain'))
          loop
            execute format('create trigger zz_bench after insert or update or delete on %I.%I for each row execute function bench.note()', t.nspname, t.relname);
          end loop;
        end $$;
        """;

    /// <summary>From now on all is written down.</summary>
    public Task Start() => Ask.Do(superuser, Begin);

    /// <summary>The number of what was written last.</summary>
    public Task<long> Mark() => Ask.One<long>(superuser, "select coalesce(max(id), 0) from bench.changes");

    /// <summary>All that was written between two marks.</summary>
    public async Task<IReadOnlyList<Change>> Between(long from, long to)
    {
        await using var source = NpgsqlDataSource.Create(superuser);
        await using var command = source.CreateCommand("select tx, tab, op, old::text, new::text from bench.changes where id > $1 and id <= $2 order by min(id) over (partition by tx), id");
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        await using var reader = await command.ExecuteReaderAsync();
        var changes = new List<Change>();
        while (await reader.ReadAsync())
        {
            changes.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), Row(reader, 3), Row(reader, 4)));
        }

        return changes;
    }

    /// <summary>Which ids were known at a mark: those of items, nodes, definitions, not those of an order.</summary>
    public async Task<HashSet<string>> Known(long mark) =>
        [.. await Ask.All<string>(superuser, "select distinct m[1] from bench.changes, regexp_matches(coalesce(new::text, ''), $2, 'g') m where id <= $1", mark, Tokens.Id)];

    /// <summary>Nothing is written down any more, and nothing is left of it.</summary>
    public Task Stop() => Ask.Do(superuser, "drop schema bench cascade");

    private static JsonElement Row(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? default : JsonElement.Parse(reader.GetString(column));
}
