using Npgsql;

namespace RetailOps.Bench;

/// <summary>What the server spent its time on.</summary>
internal static class Statements
{
    public static Dictionary<string, string> Settings(BenchOptions options) => options.Statements ? new() { ["shared_preload_libraries"] = "pg_stat_statements" } : [];

    public static Task Reset(string ownerConnection) => Run(ownerConnection, "create extension if not exists pg_stat_statements; select pg_stat_statements_reset()");

    public static Task Print(string ownerConnection) => Run(
        ownerConnection,
        """
        select calls, round(total_exec_time::numeric, 0) as ms, round((total_exec_time / calls)::numeric, 3) as each, rows, shared_blks_hit / calls as blocks, round(wal_bytes / calls) as wal, left(regexp_replace(query, '\s+', ' ', 'g'), 170)
        from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = 'bench' order by total_exec_time desc limit 120
        """);

    private static async Task Run(string ownerConnection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(ownerConnection);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            await Console.Error.WriteLineAsync(string.Join("  ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i))));
        }
    }
}
