using System.Text.Json;
using System.Text.RegularExpressions;

namespace RetailOps.Host.Tests;

/// <summary>What holds for every answer, whatever was asked.</summary>
internal static partial class AnswerRules
{
    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? Fault(ApiOperationUnderTest operation, string target, FuzzAnswer answer, IReadOnlyCollection<string> secrets)
    {
        if (target.Split('?')[0].Contains("%00", StringComparison.Ordinal) && answer is { Status: 400, Text: "" })
        {
            // The server itself says so, and closes: that is no address, and nobody of ours ever sees the request.
            return null;
        }

        if (answer.Status >= 500)
        {
            return $"{answer.Status}";
        }

        if (!operation.IsDesigners && !operation.Statuses.Contains(answer.Status) && !(answer.Status == 404 && operation.Path.Contains('{', StringComparison.Ordinal)))
        {
            return $"{answer.Status} is not documented for {operation.Id}";
        }

        if (!answer.Headers.TryGetValue("X-Content-Type-Options", out var sniffing) || sniffing != "nosniff")
        {
            return "no nosniff";
        }

        if (answer.Status >= 400 && Problem(operation, answer) is { } problem)
        {
            return problem;
        }

        if (answer.Status >= 400 && Inside().Match(Said(operation, answer)) is { Success: true } leak)
        {
            return $"tells of the inside: {leak.Value}";
        }

        return secrets.FirstOrDefault(s => answer.Text.Contains(s, StringComparison.Ordinal)) is { } secret ? $"tells the secret {secret}" : null;
    }

    // A wish that became a proposal is answered with the definition beside the error, and that names types of activities.
    private static string Said(ApiOperationUnderTest operation, FuzzAnswer answer) =>
        operation.IsDesigners && answer.Text.StartsWith('{') && JsonElement.Parse(answer.Text).TryGetProperty("workflowDefinition", out _) ? JsonElement.Parse(answer.Text).GetProperty("errors").GetRawText() : answer.Text;

    private static string? Problem(ApiOperationUnderTest operation, FuzzAnswer answer)
    {
        if (operation.IsDesigners)
        {
            // Elsa's own: bare, or a list of errors; what stands before its operations answers as everywhere.
            return answer.Text.Length == 0 || answer.MediaType is "application/json" or "application/problem+json" ? Body(answer, operation) : $"{answer.Status} as {answer.MediaType}";
        }

        return answer.MediaType == "application/problem+json" ? Body(answer, operation) : $"{answer.Status} as {answer.MediaType ?? "nothing"}: {answer.Text}";
    }

    private static string? Body(FuzzAnswer answer, ApiOperationUnderTest operation)
    {
        if (answer.Text.Length == 0)
        {
            return null;
        }

        try
        {
            var body = JsonElement.Parse(answer.Text);
            if (operation.IsDesigners && body.TryGetProperty("statusCode", out var code))
            {
                return code.GetInt32() == answer.Status && body.TryGetProperty("errors", out _) ? null : $"not Elsa's shape: {answer.Text}";
            }

            return body.GetProperty("status").GetInt32() == answer.Status && body.GetProperty("code").GetString() is { Length: > 0 } && body.GetProperty("traceId").GetString() is { Length: > 0 }
                ? null : $"no problem of {operation.Id}: {answer.Text}";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"no problem: {answer.Text}";
        }
    }

    [GeneratedRegex(@"(?<![\w])(RetailOps|System|Microsoft|Npgsql|MediatR)\.[A-Z]\w+|\b\w+Exception\b|\n\s+at \w|\bselect\b.{0,40}\bfrom\b|insert into|SqlState|Host=|Password=|/(home|root|tmp|usr)/\w|\b(Int32|Int64|Nullable|IReadOnlyList)\b|\b(22|23|25|42|54)[0-9][0-9][0-9]:", RegexOptions.Singleline)]
    private static partial Regex Inside();
}
