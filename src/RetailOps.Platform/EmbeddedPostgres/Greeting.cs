using System.Globalization;

namespace RetailOps.Platform;

/// <summary>The one line the supervisor answers a host with.</summary>
internal sealed record Greeting(int Port, bool Durable)
{
    private const string FailedWord = "failed ";

    public static string Ready(int port, bool durable) => $"ready {port.ToString(CultureInfo.InvariantCulture)} {(durable ? "durable" : "unsafe")}";

    public static string Failed(string why) => FailedWord + Uri.EscapeDataString(why);

    /// <exception cref="EmbeddedServerException">The supervisor could not start the server; with its reason.</exception>
    public static Greeting Read(string line)
    {
        if (line.StartsWith(FailedWord, StringComparison.Ordinal))
        {
            throw new EmbeddedServerException(Uri.UnescapeDataString(line[FailedWord.Length..]));
        }

        var words = line.Split(' ');
        return new Greeting(int.Parse(words[1], CultureInfo.InvariantCulture), words[2] == "durable");
    }
}
