using System.Text.Json;

using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Platform;

/// <summary>A client as it stands after a change; stale when somebody else changed it meanwhile.</summary>
internal sealed record ClientRow(
    Guid Id, string Name, string Kind, bool IsPublic, ClientTerms Terms, int Generation, DateTimeOffset? Disabled, DateTimeOffset? Deleted, DateTimeOffset Created, string CreatedBy, int Revision)
    : IRow<ClientRow>
{
    public static RowTable<ClientRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into platform.clients as c
          (id, name, title, kind, is_public, may_ask, channels, nodes, return_to, after_sign_out, generation, disabled, deleted, created, created_by, revision)
        select u.id, u.name, u.title, u.kind, u.is_public,
               array(select jsonb_array_elements_text(u.may_ask)),
               case when u.channels is not null then array(select jsonb_array_elements_text(u.channels)) end,
               case when u.nodes is not null then array(select jsonb_array_elements_text(u.nodes)) end,
               array(select jsonb_array_elements_text(u.return_to)),
               array(select jsonb_array_elements_text(u.after_sign_out)),
               u.generation, u.disabled, u.deleted, u.created, u.created_by, u.revision
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
          as u (id, name, title, kind, is_public, may_ask, channels, nodes, return_to, after_sign_out, generation, disabled, deleted, created, created_by, revision)
        on conflict (id) do update set
          title = excluded.title, may_ask = excluded.may_ask, channels = excluded.channels, nodes = excluded.nodes, return_to = excluded.return_to,
          after_sign_out = excluded.after_sign_out, generation = excluded.generation, disabled = excluded.disabled, deleted = excluded.deleted, revision = excluded.revision
        where c.revision = excluded.revision - 1
        """,
        everyRow: true,
        Column.Uuid<ClientRow>(r => r.Id),
        Column.Text<ClientRow>(r => r.Name),
        Column.Text<ClientRow>(r => r.Terms.Title),
        Column.Text<ClientRow>(r => r.Kind),
        Column.Bool<ClientRow>(r => r.IsPublic),
        Column.Json<ClientRow>(r => Json(r.Terms.Permissions)),
        Column.Json<ClientRow>(r => Json(r.Terms.Channels)),
        Column.Json<ClientRow>(r => Json(r.Terms.Nodes)),
        Column.Json<ClientRow>(r => Json(r.Terms.RedirectUris ?? [])),
        Column.Json<ClientRow>(r => Json(r.Terms.PostLogoutRedirectUris ?? [])),
        Column.Int4<ClientRow>(r => r.Generation),
        Column.InstantOrNull<ClientRow>(r => r.Disabled),
        Column.InstantOrNull<ClientRow>(r => r.Deleted),
        Column.Instant<ClientRow>(r => r.Created),
        Column.Text<ClientRow>(r => r.CreatedBy),
        Column.Int4<ClientRow>(r => r.Revision));

    public static string? Json(IReadOnlyList<string>? values) => values is null ? null : JsonSerializer.Serialize(values);
}

/// <summary>Another secret of a client. All but the newest before it end, or all.</summary>
internal sealed record ClientSecretRow(Guid Id, Guid Client, string Hash, DateTimeOffset Created, bool EndOthers) : IRow<ClientSecretRow>
{
    public static RowTable<ClientSecretRow> Table { get; } = new(
        FlushOrder.Events,
        """
        with given as (
          select * from unnest($1, $2, $3, $4, $5) as u (id, client_id, hash, created, end_others)
        ), gone as (
          delete from platform.client_secrets s using given g
          where s.client_id = g.client_id
            and (g.end_others or s.id <> (select n.id from platform.client_secrets n where n.client_id = g.client_id order by n.created desc, n.id desc limit 1))
        )
        insert into platform.client_secrets (id, client_id, hash, created) select id, client_id, hash, created from given
        """,
        everyRow: true,
        Column.Uuid<ClientSecretRow>(r => r.Id),
        Column.Uuid<ClientSecretRow>(r => r.Client),
        Column.Text<ClientSecretRow>(r => r.Hash),
        Column.Instant<ClientSecretRow>(r => r.Created),
        Column.Bool<ClientSecretRow>(r => r.EndOthers));
}

/// <summary>What a deleted client leaves behind is its name only.</summary>
internal sealed record ClientLeftoversRow(Guid Client) : IRow<ClientLeftoversRow>
{
    public static RowTable<ClientLeftoversRow> Table { get; } = new(
        FlushOrder.Events,
        """
        with tokens as (delete from platform.oauth_tokens t where t.client_id = any ($1)),
             authorizations as (delete from platform.oauth_authorizations a where a.client_id = any ($1))
        delete from platform.client_secrets s where s.client_id = any ($1)
        """,
        everyRow: false,
        Column.Uuid<ClientLeftoversRow>(r => r.Client));
}

/// <summary>Reads clients.</summary>
internal static class ClientTable
{
    private const string Select =
        """
        select c.id, c.name, c.kind, c.is_public, c.title, c.may_ask, c.channels, c.nodes, c.return_to, c.after_sign_out, c.generation, c.disabled, c.created, c.created_by, c.revision,
               array(select s.id from platform.client_secrets s where s.client_id = c.id order by s.created desc, s.id desc),
               array(select s.created from platform.client_secrets s where s.client_id = c.id order by s.created desc, s.id desc)
        from platform.clients c
        where c.deleted is null
        """;

    public static async Task<StoredClient?> Find(UnitOfWork work, string name, bool forUpdate, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} and c.name = $1{(forUpdate ? " for update" : "")}", await work.Connection(ct)) { Parameters = { new() { Value = name } } };
        return (await Read(command, ct)).SingleOrDefault();
    }

    public static async Task<List<StoredClient>> List(UnitOfWork work, string? after, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} and ($1 is null or c.name > $1) order by c.name limit $2", await work.Connection(ct))
        {
            Parameters = { new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = limit } },
        };
        return await Read(command, ct);
    }

    public static async Task<bool> IsTaken(UnitOfWork work, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select exists (select from platform.clients c where c.name = $1)", await work.Connection(ct)) { Parameters = { new() { Value = name } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<List<StoredClient>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var clients = new List<StoredClient>();
        while (await reader.ReadAsync(ct))
        {
            var ids = reader.GetFieldValue<Guid[]>(15);
            var created = reader.GetFieldValue<DateTime[]>(16);
            clients.Add(new(
                new(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetBoolean(3),
                    new(
                        reader.GetString(4),
                        reader.GetFieldValue<string[]>(5),
                        reader.IsDBNull(6) ? null : reader.GetFieldValue<string[]>(6),
                        reader.IsDBNull(7) ? null : reader.GetFieldValue<string[]>(7),
                        reader.GetFieldValue<string[]>(8),
                        reader.GetFieldValue<string[]>(9)),
                    reader.GetInt32(10),
                    reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11),
                    null,
                    reader.GetFieldValue<DateTimeOffset>(12),
                    reader.GetString(13),
                    reader.GetInt32(14)),
                [.. ids.Zip(created, (id, at) => new ClientSecretView(id, at))]));
        }

        return clients;
    }
}

/// <summary>A client that was read, with what is known of its secrets; counts its facts on.</summary>
internal sealed class StoredClient(ClientRow row, IReadOnlyList<ClientSecretView> secrets) : Kernel.IAggregate
{
    public ClientRow Row { get; private set; } = row;

    public int Revision => Row.Revision;

    public int NextRevision()
    {
        Row = Row with { Revision = Row.Revision + 1 };
        return Row.Revision;
    }

    public void Become(ClientRow changed) => Row = changed;

    public ClientView View(IReadOnlyList<ClientSecretView>? now = null) => new(
        Row.Name, Row.Terms.Title, Row.Kind, Row.IsPublic, Row.Terms.Permissions, Row.Terms.Channels, Row.Terms.Nodes, Row.Terms.RedirectUris ?? [], Row.Terms.PostLogoutRedirectUris ?? [],
        Row.Disabled is not null, now ?? secrets, Row.Created, Row.CreatedBy, Row.Revision);

    public IReadOnlyList<ClientSecretView> Secrets => secrets;
}
