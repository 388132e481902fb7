using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

using MediatR;

using Microsoft.AspNetCore.DataProtection;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A link by which somebody without an account meets one wait, once.</summary>
/// <param name="Token">Goes behind <c>/elsa/api/bookmarks/resume?t=</c>.</param>
internal sealed record ResumeLink(string Token, DateTimeOffset Expires);

/// <summary>Makes a link for a wait for an event. It says nothing that can be read, and is worth nothing once the wait is met or the time is over.</summary>
/// <param name="Lifetime">From a minute to 30 days.</param>
[Needs("workflows.run"), AsksDatabase]
internal sealed record MakeResumeLink(Guid InstanceId, Guid BookmarkId, TimeSpan Lifetime) : IRequest<Result<ResumeLink>>;

/// <summary>Meets the wait of a link. Who holds the link may do this; the wait is looked at again, since what it belongs to may have come under change control.</summary>
[Needs("workflows.run"), AsksDatabase]
internal sealed record FollowResumeLink(string Token, JsonElement? Input) : IRequest<Result<Guid>>;

internal sealed class MakeResumeLinkHandler(UnitOfWork work, ResumeTokens tokens, FactCatalogue facts) : IRequestHandler<MakeResumeLink, Result<ResumeLink>>
{
    public async Task<Result<ResumeLink>> Handle(MakeResumeLink request, CancellationToken ct)
    {
        if (request.Lifetime < TimeSpan.FromMinutes(1) || request.Lifetime > TimeSpan.FromDays(30))
        {
            return Refusal.Malformed("workflows.lifetime", "A link lives from a minute to 30 days.");
        }

        if (await Wait.Find(await work.Connection(ct), request.BookmarkId, ct) is not { } wait || wait.InstanceId != request.InstanceId)
        {
            return Wait.Gone();
        }

        if (!wait.IsFree(facts))
        {
            return TriggerEventHandler.NotByHand();
        }

        var expires = work.Now + request.Lifetime;
        return new ResumeLink(tokens.Of(request.BookmarkId, expires), expires);
    }
}

internal sealed class FollowResumeLinkHandler(UnitOfWork work, ResumeTokens tokens, FactCatalogue facts, EngineBell bell) : IRequestHandler<FollowResumeLink, Result<Guid>>
{
    public async Task<Result<Guid>> Handle(FollowResumeLink request, CancellationToken ct)
    {
        if (tokens.Read(request.Token, work.Now) is not { } bookmark || await Wait.Find(await work.Connection(ct), bookmark, ct) is not { } wait)
        {
            return Wait.Gone();
        }

        if (!wait.IsFree(facts))
        {
            return TriggerEventHandler.NotByHand();
        }

        var data = request.Input?.GetRawText();
        if (data is not null && (data.Length > StateLimits.Value || data.Contains("\\u0000", StringComparison.Ordinal)))
        {
            return Refusal.Malformed("workflows.input", "The input is an object of at most 256 KB, without the character U+0000.");
        }

        work.Write(new StimulusRow(Lane.People, wait.Key, StimulusKind.Target, wait.Name, bookmark, wait.InstanceId, null, data, work.Trace));
        work.OnCommitted(() => bell.Ring());
        return wait.InstanceId;
    }
}

/// <summary>A wait for an event of a living instance.</summary>
internal sealed record Wait(Guid InstanceId, string Key, string Name, bool IsGoverned)
{
    /// <summary>Whether it may be met by hand: see <see cref="TriggerEvent"/>.</summary>
    public bool IsFree(FactCatalogue facts) => !IsGoverned || !facts.Types.ContainsKey(Name);

    public static Refusal Gone() => Refusal.NotFound("workflows.no-wait", "Nothing waits for this, or no longer.");

    public static async Task<Wait?> Find(NpgsqlConnection connection, Guid bookmark, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select b.instance_id, b.key, b.name, coalesce((select {Governance.IsGoverned} from workflows.definitions d where d.version_id = i.version_id), true)
            from workflows.bookmarks b join workflows.instances i on i.id = b.instance_id and i.finished is null where b.id = $1 and b.kind = 0
            """, connection)
        {
            Parameters = { new() { Value = bookmark } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)) : null;
    }
}

/// <summary>Tokens of links, sealed by the host's keys.</summary>
internal sealed class ResumeTokens(IDataProtectionProvider keys)
{
    private readonly Lazy<IDataProtector> seal = new(() => keys.CreateProtector("RetailOps.ResumeLinks.v1"));

    public string Of(Guid bookmark, DateTimeOffset expires) => seal.Value.Protect(string.Create(CultureInfo.InvariantCulture, $"{bookmark:N}|{expires.ToUnixTimeSeconds()}"));

    /// <summary>The wait's id; null when the token is not ours or its time is over.</summary>
    public Guid? Read(string token, DateTimeOffset now)
    {
        try
        {
            var parts = seal.Value.Unprotect(token).Split('|');
            return DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[1], CultureInfo.InvariantCulture)) > now ? Guid.Parse(parts[0]) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
