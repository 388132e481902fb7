using System.Buffers;

namespace RetailOps.Workflows;

/// <summary>What may stand in the head of an HTTP message that somebody draws (RFC 9110, sections 5.1 and 5.5).</summary>
internal static class HeaderText
{
    /// <summary>Fields in one message.</summary>
    public const int Most = 64;

    private const int MostCharacters = 8 * 1024;

    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Fields that say how the message itself travels, and those by which a machine is fooled about whom it speaks with.</summary>
    private static readonly string[] NotDrawn = ["host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect"];

    /// <summary>The fields as drawn.</summary>
    /// <exception cref="FormatException">They could change what the message is; the message says which.</exception>
    public static Dictionary<string, string> Checked(Dictionary<string, string> fields)
    {
        if (fields.Count > Most || fields.Sum(f => f.Key.Length + f.Value.Length) > 2 * MostCharacters)
        {
            throw new FormatException($"A message may have {Most} header fields with {2 * MostCharacters} characters together.");
        }

        foreach (var (name, value) in fields)
        {
            if (name.Length is 0 or > 100 || name.AsSpan().ContainsAnyExcept(Token))
            {
                throw new FormatException($"'{Shown(name)}' is no name of a header field.");
            }

            Checked(value);
        }

        return fields;
    }

    /// <summary>The fields of a request as drawn: nor those that are the host's to set.</summary>
    /// <exception cref="FormatException">As above.</exception>
    public static Dictionary<string, string> OfRequest(Dictionary<string, string> fields) =>
        fields.Keys.FirstOrDefault(n => NotDrawn.Contains(n.ToLowerInvariant()) || n.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase)) is { } mine
            ? throw new FormatException($"The header field '{mine}' cannot be drawn.")
            : Checked(fields);

    /// <summary>A media type.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static string MediaType(string value) =>
        System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(Checked(value), out _) ? value : throw new FormatException($"'{value}' is no media type.");

    /// <summary>A value.</summary>
    /// <exception cref="FormatException">It has a character that ends or splits a field, or none that can be sent.</exception>
    public static string Checked(string value) =>
        value.Length > MostCharacters ? throw new FormatException($"A header field may have {MostCharacters} characters.")
        : value.AsSpan().ContainsAnyExceptInRange(' ', '~') && value.Any(c => c is (< ' ' and not '\t') or > '~') ? throw new FormatException("A header field may have printable ASCII characters only.")
        : value;

    private static string Shown(string name) => new([.. name.Take(40).Select(c => c is >= ' ' and <= '~' ? c : '?')]);
}
