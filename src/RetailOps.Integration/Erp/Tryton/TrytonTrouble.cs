using System.Text.Json;

namespace RetailOps.Integration;

/// <summary>Tryton answered, and it was no success.</summary>
internal abstract class TrytonTroubleException(string words) : Exception(words);

/// <summary>The business stands against it (<c>UserError</c>), or the call itself is wrong: the same call gets the same answer.</summary>
internal sealed class TrytonRefusalException(string words) : TrytonTroubleException(words);

/// <summary>It asks back before it goes on (<c>UserWarning</c>).</summary>
/// <param name="name">Under which an answer is kept there, a record's id at its end.</param>
/// <param name="words">What it asks.</param>
internal sealed class TrytonWarningException(string name, string words) : TrytonTroubleException(words)
{
    public string Name => name;
}

/// <summary>There is a record with this key already.</summary>
internal sealed class TrytonDuplicateException(string words) : TrytonTroubleException(words);

/// <summary>It could not do it at this moment: locks, other transactions.</summary>
internal sealed class TrytonBusyException(string words) : TrytonTroubleException(words);

/// <summary>Nobody knows what it did: no answer, a broken one, or a failure of the server beneath it.</summary>
internal sealed class TrytonSilenceException(string words, Exception? inner = null) : Exception(words, inner);

/// <summary>Tells errors by their shape: <c>["UserError", [message, description, domain]]</c>, <c>["UserWarning", [name, message, description]]</c>, or <c>[text, ""]</c> for an exception of the server's.</summary>
internal static class TrytonTrouble
{
    // The database's words, of SQLite and of PostgreSQL.
    private static readonly string[] Duplicates = ["UNIQUE constraint failed", "duplicate key value violates unique constraint"];
    private static readonly string[] Contention = ["could not obtain lock", "could not serialize access", "deadlock detected", "database is locked", "database table is locked"];

    public static TrytonTroubleException Of(JsonElement error)
    {
        if (error.ValueKind is not JsonValueKind.Array || error.GetArrayLength() == 0 || error[0].ValueKind is not JsonValueKind.String)
        {
            return new TrytonRefusalException($"Tryton answers with an error of an unknown shape: {error.GetRawText()}");
        }

        var name = error[0].GetString()!;
        var more = error.GetArrayLength() > 1 ? error[1] : default;
        return name switch
        {
            "UserError" => new TrytonRefusalException(Words(more, 0, 1)),
            "UserWarning" => new TrytonWarningException(Text(more, 0), Words(more, 1, 2)),
            "ConcurrencyException" => new TrytonBusyException("The record was changed at the same time."),
            _ when Duplicates.Any(d => name.Contains(d, StringComparison.Ordinal)) => new TrytonDuplicateException(name),
            _ when Contention.Any(c => name.Contains(c, StringComparison.Ordinal)) => new TrytonBusyException(name.Trim()),
            _ => new TrytonRefusalException($"Tryton fails with {name.Trim()}"),
        };
    }

    private static string Words(JsonElement parts, int message, int description) =>
        string.Join(' ', new[] { Text(parts, message), Text(parts, description) }.Where(t => t.Length > 0));

    private static string Text(JsonElement parts, int at) =>
        parts.ValueKind is JsonValueKind.Array && parts.GetArrayLength() > at && parts[at].ValueKind is JsonValueKind.String ? parts[at].GetString()! : "";
}
