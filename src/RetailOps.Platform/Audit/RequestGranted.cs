using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// Somebody from outside changed something that no fact of a module tells: an incident tried again, an instance cancelled, a dead letter discarded. Raised by the door itself, so that no
/// change by a person or a client is without a row.
/// </summary>
/// <param name="EventId">Of the fact.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Request">What was asked for: the name of the request.</param>
/// <param name="Ids">What the request names by ids, numbers and words of ours, by member. Texts that somebody wrote are left out.</param>
[EventName("platform.request-granted.v1")]
public sealed record RequestGranted(Guid EventId, DateTimeOffset OccurredAt, string Request, IReadOnlyDictionary<string, string> Ids) : IFact
{
    // What is kept of a list of ids.
    private const int Most = 100;

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Members = new();

    string IFact.Aggregate => BusinessKey.Of("request", EventId);

    string IFact.Key => BusinessKey.Of("request", EventId);

    /// <summary>The fact about a request.</summary>
    internal static RequestGranted Of(object request, DateTimeOffset now)
    {
        var ids = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in Members.GetOrAdd(request.GetType(), static t => [.. t.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0)]))
        {
            if (Word(member.GetValue(request)) is { } word)
            {
                ids[member.Name] = word;
            }
        }

        return new(Guid.CreateVersion7(), now, request.GetType().Name, ids);
    }

    private static string? Word(object? value) => value switch
    {
        Guid or OrderId or Enum or bool => value.ToString(),
        int or long => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        IEnumerable<Guid> many => string.Join(' ', many.Take(Most)),
        _ => null,
    };
}
