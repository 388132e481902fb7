using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>
/// The hash under which Elsa stores and finds bookmarks: upper-case hex SHA-256 of the activity's type, a bar, and the bookmark's payload
/// as JSON in Pascal case. The same hash here lets its tools find ours.
/// </summary>
internal static class BookmarkHash
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.Default };

    public static string OfEvent(string eventName) => Of("Elsa.Event|{\"EventName\":" + JsonSerializer.Serialize(eventName, Plain) + "}");

    public static string OfChild(string activityType, Guid child) => Of($"{activityType}|{{\"ChildInstanceId\":\"{child}\"}}");

    public static string OfTask(Guid task) => Of($"RetailOps.Task|{{\"TaskId\":\"{task}\"}}");

    public static string OfCall(string activityType, Guid call) => Of($"{activityType}|{{\"CallId\":\"{call}\"}}");

    public static string OfRunTask(Guid task, string taskName) => Of($"Elsa.RunTask|{{\"TaskId\":\"{task}\",\"TaskName\":{JsonSerializer.Serialize(taskName, Plain)}}}");

    /// <summary>The original's, of a waiting endpoint: its path and its method, as it writes them.</summary>
    public static string OfEndpoint(string path, string method) =>
        Of($"Elsa.HttpEndpoint|{{\"Path\":{JsonSerializer.Serialize(path, Plain)},\"Method\":{JsonSerializer.Serialize(method.ToLowerInvariant(), Plain)}}}");

    private static string Of(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
