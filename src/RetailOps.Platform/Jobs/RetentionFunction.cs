namespace RetailOps.Platform;

/// <summary>A schema's own function that deletes what has done its work there, with the owner's rights.</summary>
/// <param name="Sql">
/// Takes the age as $1 and answers with rows of (what, deleted), like <c>select what, deleted from platform.retire($1)</c>. Called
/// again until it deletes nothing.
/// </param>
public sealed record RetentionFunction(string Sql);
