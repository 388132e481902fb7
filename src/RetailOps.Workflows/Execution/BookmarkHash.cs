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

    private static string Of(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
