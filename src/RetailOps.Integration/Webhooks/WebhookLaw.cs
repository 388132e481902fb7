using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>What holds of every webhook.</summary>
internal static class WebhookLaw
{
    public const int MostOfOne = 100;

    public static Refusal Unknown() => Refusal.NotFound("webhooks.unknown", "There is no such webhook, or it is not yours.");

    public static Refusal NotActive(string state) => Refusal.Conflict("webhooks.not-active", $"It is {state}: resume it first.");

    /// <summary>Whether a webhook is the caller's to see: a client's own, and every one for people who are bound to nothing.</summary>
    public static bool Reaches(Caller caller, string owner) => OwnOnly(caller) is not { } own || own == owner;

    /// <summary>The one owner whose webhooks a caller sees; null for all.</summary>
    public static string? OwnOnly(Caller caller) => caller is Caller.System or Caller.Person { Channels: null, Nodes: null } ? null : caller.Actor;

    /// <summary>Why a caller may not be told of what it asks for; null when it may.</summary>
    public static Refusal? Against(Caller caller, IReadOnlyList<string> wanted, EventTypes types)
    {
        if (wanted.Where(w => !types.Named(w).Any()).ToList() is { Count: > 0 } unknown)
        {
            return Refusal.Rule("webhooks.unknown-type", "GET /api/v1/webhooks/event-types lists what there is; a whole room is asked for like orders.*.", new { EventTypes = unknown });
        }

        var meant = wanted.SelectMany(types.Named).DistinctBy(t => t.Name).ToList();
        if (meant.Where(t => !caller.May(t.Needs)).Select(t => t.Name).ToList() is { Count: > 0 } hidden)
        {
            return Refusal.Rule("webhooks.may-not-read", "You may not read what these are about: leave them out, or have the permissions given to you.", new { EventTypes = hidden });
        }

        if (caller.Nodes is not null)
        {
            return Refusal.Rule("webhooks.bound-to-nodes", "Events do not say of which node they are: who is bound to nodes can have no webhook.");
        }

        return caller.Channels is not null && meant.Where(t => !t.TellsOrder).Select(t => t.Name).ToList() is { Count: > 0 } homeless
            ? Refusal.Rule("webhooks.not-of-a-channel", "You are bound to channels, and these do not say of which channel they are: ask for others by name.", new { EventTypes = homeless })
            : null;
    }
}
