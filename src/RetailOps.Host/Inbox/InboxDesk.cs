using MediatR;

using Microsoft.AspNetCore.Antiforgery;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>What every page of the inbox needs: the person's own door into the modules, forms that only our pages can send, names and numbers.</summary>
internal sealed class InboxDesk(RequestRunner requests, IAntiforgery forgery, PeopleNames names, Database database, BusinessZone zone, TimeProvider clock, KeptWords kept)
{
    public const string PageTooOld = "The page was too old. Please look again and repeat what you did.";

    public KeptWords Kept => kept;

    public DateTimeOffset Now => clock.GetUtcNow();

    public static Caller.Person Me(HttpContext http) => Callers.SignedIn(http.User)!;

    public Task<Result<T>> Ask<T>(HttpContext http, IRequest<Result<T>> request) => requests.Run(Me(http), request, ct: http.RequestAborted);

    /// <summary>What was typed; null when it did not come from a page of ours.</summary>
    public async Task<IFormCollection?> Form(HttpContext http) =>
        http.Request.HasFormContentType && !CrossSite.IsForged(http.Request) && await forgery.IsRequestValidAsync(http) ? await http.Request.ReadFormAsync(http.RequestAborted) : null;

    public string Token(HttpContext http) => forgery.GetAndStoreTokens(http) is var token ? InboxWords.Hidden(token.FormFieldName, token.RequestToken) : "";

    public async Task<InboxWords> Words(IEnumerable<string?> actors, CancellationToken ct) => new(zone.Zone, clock.GetUtcNow(), await names.Of(actors.OfType<string>(), ct));

    public Task<IReadOnlyDictionary<OrderId, string>> Numbers(IEnumerable<OrderId?> orders, CancellationToken ct) => OrderNumbers.Of(database, orders, ct);

    public Task<IReadOnlyList<(string Actor, string Name)>> Approvers(CancellationToken ct) => names.Holders("refunds.approve", ct);

    /// <summary>The end of the day of an instant, where the retailer is.</summary>
    public DateTimeOffset EndOfToday()
    {
        var end = zone.DayOf(clock.GetUtcNow()).AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(end, zone.Zone.GetUtcOffset(end)).ToUniversalTime();
    }

    /// <summary>A page in place of one that is not to be had.</summary>
    public static Task Refuse(HttpContext http, Refusal refusal, string room) =>
        InboxFrame.Write(http, Problems.StatusOf(refusal), "Not here", room, InboxFrame.Trouble(refusal.Message) + $"<p><a href=\"{room}\">Back to the list</a></p>");
}
