using System.Text;

namespace RetailOps.ArchitectureTests;

/// <summary>Cuts comments, and on request the contents of strings, out of C# text, so that a rule reads code and not prose.</summary>
internal static class CodeText
{
    public static string Without(string text, bool strings)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var end = EndOfComment(text, i);
            if (end > i)
            {
                result.Append('\n', text.AsSpan(i, end - i).Count('\n'));
                i = end;
                continue;
            }

            end = EndOfLiteral(text, i);
            if (end > i)
            {
                result.Append(strings ? "\"\"" : text.AsSpan(i, end - i));
                i = end;
                continue;
            }

            result.Append(text[i++]);
        }

        return result.ToString();
    }

    private static int EndOfComment(string text, int at)
    {
        if (text.AsSpan(at).StartsWith("//"))
        {
            var end = text.IndexOf('\n', at);
            return end < 0 ? text.Length : end;
        }

        if (text.AsSpan(at).StartsWith("/*"))
        {
            var end = text.IndexOf("*/", at + 2, StringComparison.Ordinal);
            return end < 0 ? text.Length : end + 2;
        }

        return at;
    }

    private static int EndOfLiteral(string text, int at)
    {
        if (text[at] == '\'')
        {
            return EndOfQuoted(text, at, '\'');
        }

        var quote = at;
        while (quote < text.Length && text[quote] is '$' or '@')
        {
            quote++;
        }

        if (quote >= text.Length || text[quote] != '"')
        {
            return at;
        }

        var quotes = text.AsSpan(quote).IndexOfAnyExcept('"') is var n and >= 0 ? n : text.Length - quote;
        if (quotes >= 3)
        {
            var end = text.IndexOf(new string('"', quotes), quote + quotes, StringComparison.Ordinal);
            return end < 0 ? text.Length : end + quotes;
        }

        return text.AsSpan(at, quote - at).Contains('@') ? EndOfVerbatim(text, quote) : EndOfQuoted(text, quote, '"');
    }

    private static int EndOfQuoted(string text, int quote, char mark)
    {
        for (var i = quote + 1; i < text.Length && text[i] != '\n'; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == mark)
            {
                return i + 1;
            }
        }

        return quote + 1;
    }

    private static int EndOfVerbatim(string text, int quote)
    {
        for (var i = quote + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                if (i + 1 == text.Length || text[i + 1] != '"')
                {
                    return i + 1;
                }

                i++;
            }
        }

        return text.Length;
    }
}
