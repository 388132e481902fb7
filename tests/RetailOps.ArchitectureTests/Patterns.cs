using System.Text.RegularExpressions;

namespace RetailOps.ArchitectureTests;

internal static partial class Patterns
{
    [GeneratedRegex(@"^\s*\[assembly:[^\n]*\bInternalsVisibleTo(?:Attribute)?\(\s*""([^"",]+)", RegexOptions.Multiline)]
    public static partial Regex Friend();

    [GeneratedRegex(@"\bLoggerMessage\s*\(\s*(\d+)")]
    public static partial Regex LogId();

    [GeneratedRegex(@"\b(Npgsql\w*|UseNpgsql)\b")]
    public static partial Regex Npgsql();

    [GeneratedRegex(@"\bHangfire\b")]
    public static partial Regex JobLibrary();

    [GeneratedRegex(@"^namespace\s+([\w.]+)\s*([;{]|$)", RegexOptions.Multiline)]
    public static partial Regex Namespace();

    [GeneratedRegex(@"^\s*(?:(?:public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref|unsafe|new)\s+)*(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+(\w+)", RegexOptions.Multiline)]
    public static partial Regex TypeName();

    [GeneratedRegex(@"\bRefusal\s*\.\s*(Malformed|NotFound|Conflict|Rule)\s*\(\s*(?:""([^""]*)"")?|\bnew\s+Refusal\s*\(\s*RefusalKind\s*\.\s*(\w+)\s*,\s*(?:""([^""]*)"")?")]
    public static partial Regex Refusal();

    [GeneratedRegex(@"\bWithErrorCode\s*\(\s*(?:""([^""]*)"")?")]
    public static partial Regex ErrorCode();

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*(\\.[a-z0-9]+(-[a-z0-9]+)*)+$")]
    public static partial Regex Code();

    [GeneratedRegex("^([a-z]+)\\.[a-z0-9]+(-[a-z0-9]+)*\\.v[1-9][0-9]*$")]
    public static partial Regex EventName();
}
