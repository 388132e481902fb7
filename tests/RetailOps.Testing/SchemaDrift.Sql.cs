using Npgsql;

namespace RetailOps.Testing;

public static partial class SchemaDrift
{
    private sealed record FoundColumn(string Type, bool IsNullable);

    /// <summary>What the catalogue says of one table, inside the caller's transaction.</summary>
    private sealed class FoundTable
    {
        private const string Probe = "pg_temp.schema_drift_probe";

        private readonly NpgsqlConnection connection;
        private readonly uint oid;

        private FoundTable(NpgsqlConnection connection, uint oid)
        {
            this.connection = connection;
            this.oid = oid;
        }

        public Dictionary<string, FoundColumn> Columns { get; } = new(StringComparer.Ordinal);

        public List<string>? PrimaryKey { get; private set; }

        public Dictionary<string, string> Checks { get; } = new(StringComparer.Ordinal);

        public HashSet<string> UniqueIndexes { get; } = new(StringComparer.Ordinal);

        public static async Task<FoundTable?> ReadAsync(NpgsqlConnection connection, string schema, string name)
        {
            await using var command = new NpgsqlCommand(
                "select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = schema });
            command.Parameters.Add(new NpgsqlParameter { Value = name });
            if (await command.ExecuteScalarAsync() is not uint oid)
            {
                return null;
            }

            var table = new FoundTable(connection, oid);
            await table.ReadColumns();
            await table.ReadKeys();
            await table.ReadChecks();
            await table.Run($"create temporary table schema_drift_probe (like \"{schema}\".\"{name}\") on commit drop");
            return table;
        }

        /// <summary>A check as PostgreSQL would store it on this table, or why it cannot.</summary>
        public Task<(string? Expression, string? Refused)> UnderstandCheck(string sql) => Understand(
            $"alter table {Probe} add constraint probe check ({sql})",
            $"select pg_get_expr(conbin, conrelid) from pg_constraint where conrelid = '{Probe}'::regclass and conname = 'probe'");

        /// <summary>An index's condition as PostgreSQL would store it on this table, or why it cannot.</summary>
        public Task<(string? Expression, string? Refused)> UnderstandFilter(string sql) => Understand(
            $"create index probe on {Probe} ((1)) where {sql}",
            $"select pg_get_expr(indpred, indrelid) from pg_index where indrelid = '{Probe}'::regclass");

        private async Task ReadColumns()
        {
            await foreach (var row in Rows(
                "select attname, format_type(atttypid, atttypmod), not attnotnull from pg_attribute where attrelid = $1 and attnum > 0 and not attisdropped"))
            {
                Columns.Add(row.GetString(0), new FoundColumn(row.GetString(1), row.GetBoolean(2)));
            }
        }

        // An index on an expression is left out: EF has no words for it.
        private async Task ReadKeys()
        {
            await foreach (var row in Rows(
                """
                select i.indisprimary, pg_get_expr(i.indpred, i.indrelid), i.indnullsnotdistinct,
                       array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality k (attnum, place)
                             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                             where k.place <= i.indnkeyatts order by k.place)
                from pg_index i where i.indrelid = $1 and i.indisunique and i.indexprs is null
                """))
            {
                var columns = row.GetFieldValue<string[]>(3);
                if (row.GetBoolean(0))
                {
                    PrimaryKey = [.. columns];
                }
                else
                {
                    UniqueIndexes.Add(UniqueIndex(List(columns), row.IsDBNull(1) ? null : row.GetString(1), !row.GetBoolean(2)));
                }
            }
        }

        private async Task ReadChecks()
        {
            await foreach (var row in Rows("select conname, pg_get_expr(conbin, conrelid) from pg_constraint where conrelid = $1 and contype = 'c'"))
            {
                Checks.Add(row.GetString(0), row.GetString(1));
            }
        }

        private async Task<(string? Expression, string? Refused)> Understand(string make, string read)
        {
            await Run("savepoint probe");
            try
            {
                await Run(make);
                await using var command = new NpgsqlCommand(read, connection);
                return ((string?)await command.ExecuteScalarAsync(), null);
            }
            catch (PostgresException refused)
            {
                return (null, refused.MessageText);
            }
            finally
            {
                await Run("rollback to savepoint probe");
            }
        }

        private async Task Run(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        private async IAsyncEnumerable<NpgsqlDataReader> Rows(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new NpgsqlParameter { Value = oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                yield return reader;
            }
        }
    }
}
