using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>What only somebody may do who gave the password just now, so that a screen left alone or a stolen cookie is not enough (RFC 9470).</summary>
public static class FreshSignIn
{
    /// <summary>Where a person gives the password again, and comes back from; takes <c>returnTo</c>.</summary>
    public const string Page = "/sign-in/again";

    internal const string Code = "security.sign-in-too-old";

    /// <summary>A sign-in must be younger than this.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(5);

    /// <summary>What stands beside the 401: the parameters are those of RFC 9470, section 3.</summary>
    internal static string Challenge { get; } =
        $"Cookie realm=\"RetailOps\", form-action=\"{Page}\", error=\"insufficient_user_authentication\", error_description=\"A more recent sign-in is required\", max_age={(int)Limit.TotalSeconds}";

    /// <summary>What stands against a caller; null when the sign-in is young enough.</summary>
    /// <param name="caller">Who asks; whoever did not sign in is never young enough.</param>
    /// <param name="now">Business time.</param>
    public static Refusal? Asked(Caller caller, DateTimeOffset now) => caller is Caller.Person { SignedInAt: { } at } && now - at < Limit
        ? null
        : new Refusal(
            RefusalKind.Unauthenticated, "security.sign-in-too-old", $"This needs a sign-in less than five minutes old; give your password again at {Page}, then repeat it.", new { maxAge = (int)Limit.TotalSeconds });

    /// <summary>Whether a refusal is this one.</summary>
    public static bool IsAskedBy(Refusal? refusal) => refusal?.Code == Code;
}
