namespace RetailOps.Workflows.Tests;

/// <summary>Templates that try to take the process: by what they write, by what filters make, by nesting.</summary>
public static class HostileTemplates
{
    /// <summary>The variable <c>Big</c> has 60,000 characters.</summary>
    public static IReadOnlyList<string> Attacks { get; } =
        """
        {% assign s = 'x' %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s | size }}
        {% assign s = Variables.Big | replace: 'x', Variables.Big %}{{ s | size }}
        {% assign s = Variables.Big | split: '' | join: Variables.Big %}{{ s | size }}
        {% for i in (1..10000) %}{% for j in (1..10000) %}{% for k in (1..10000) %}.{% endfor %}{% endfor %}{% endfor %}
        {% for i in (1..10000) %}{{ Variables.Big }}{% endfor %}
        {% assign a = (1..10000) %}{% for i in (1..50) %}{% assign a = a | concat: a %}{% endfor %}{{ a | size }}
        {% for i in (1..10000) %}{% assign b = Variables.Big | reverse | sort | upcase | downcase | escape | url_encode %}{% endfor %}
        {{ Variables.Big | slice: 0, 99999999999999 | size }}
        {{ Variables.Big | truncate: 99999999999999999999999999 }}
        {{ 'a' | truncatewords: 99999999999 }}
        {{ 1 | times: 79228162514264337593543950335 | times: 79228162514264337593543950335 }}
        {{ 'x' | date: '%Y%Y%Y%Y' }}
        {{ 'now' | date: Variables.Big }}
        {{ 'now' | date: '%99999999Y' }}
        {{ 'now' | date: '%999999999N' }}
        {{ 'now' | date: '%-99999d %09999999d' }}
        {{ 1 | format_number: '0000000000000000000000000000000000000' }}
        {{ 1 | format_number: Variables.Big }}
        {{ 1 | format_number: 'N999999999' }}
        {{ 1 | format_number: 'D999999999' }}
        {{ 1.5 | format_number: 'F999999999' }}
        {{ '{0,99999999}' | format_string: 1 }}
        {{ '{0,999999999}{0,999999999}' | format_string: 'a' }}
        {{ '{0:D99999999}' | format_string: 1 }}
        {{ Variables.Big | format_string: 1 | size }}
        {{ 1 | round: 99999999 }}
        {{ 1 | modulo: 0 }}
        {{ 1 | divided_by: 0 }}
        {{ Variables.Big | base64_encode | base64_encode | base64_encode | base64_encode | base64_encode | size }}
        {{ Variables.Big | md5 }}
        {{ Variables.Big | sha256 }}
        {{ Variables.Big | json | json | json | json | json | size }}
        {{ Variables | json }}
        {{ Variables.Big | handleize | size }}
        {{ Variables.Big | strip_html | size }}
        {{ '<' | append: Variables.Big | strip_html | size }}
        {{ Variables.Big | newline_to_br | size }}
        {{ Variables.Big | camelize | size }}
        {{ Variables.Big | split: '' | uniq | size }}
        {{ Variables.Big | split: 'y' | map: 'x' | size }}
        {{ Variables.Big | split: '' | size }}
        {% tablerow i in (1..10000) cols:99999999 %}{{ Variables.Big }}{% endtablerow %}
        {% tablerow i in (1..10000) cols:0 %}x{% endtablerow %}
        {% for i in (1..10000) limit:99999999999 offset:99999999999 %}x{% endfor %}
        {% cycle 'a','b' %}
        {% for i in (1..10000) %}{% cycle Variables.Big, 'b' %}{% endfor %}
        {% increment x %}{% for i in (1..10000) %}{% increment x %}{% endfor %}
        {% raw %}{{ x }}{% endraw %}
        {% echo Variables.Big %}
        {% ifchanged %}a{% endifchanged %}
        {% if Variables.Big contains Variables.Big %}x{% endif %}
        {% for i in (1..10000) %}{% if Variables.Big contains 'y' %}x{% endif %}{% endfor %}
        {% for i in (1..9000) %}{% for j in (1..9000) %}{% if Variables.Big contains 'y' %}x{% endif %}{% endfor %}{% endfor %}
        {% assign x = (1..10000) | where: 'a', 'b' %}{{ x | size }}
        {% assign x = (1..10000) | sort_natural | reverse | uniq | compact | sum %}{{ x }}
        {% for i in (1..3000) %}{% assign x = (1..10000) | sort | reverse %}{% endfor %}
        {{ 'a' | date: '%s' }}{{ '99999-99-99' | date: '%Y' }}
        {{ 99999999999999999999999999 | date: '%Y' }}
        {{ -62135596801 | date: '%Y' }}
        {{ 'now' | time_zone: Variables.Big }}
        {{ 'now' | time_zone: '../../etc/passwd' }}
        {{ Variables.Big | split: 'x' | join: 'yyyyyyyyyy' | size }}
        {{ Variables.Big | prepend: Variables.Big | prepend: Variables.Big | prepend: Variables.Big | prepend: Variables.Big | prepend: Variables.Big | size }}
        {{ Variables.Big | pluralize }}
        {{ Variables.Big | remove: 'x' | size }}
        {{ Variables.Big | replace: '', 'y' | size }}
        {{ Variables.Big | replace_first: 'x', Variables.Big | size }}
        {{ Variables.Big | replace_last: 'x', Variables.Big | size }}
        {{ Variables.Big | escape_once | size }}
        {{ Variables.Big | url_encode | url_decode | size }}
        {{ Variables.Big | lstrip | rstrip | strip_newlines | size }}
        {{ Variables.Big | at_least: 1 }}
        {{ Variables.Big | default: 'x' | size }}
        {{ (1..10000) | join: Variables.Big | size }}
        {{ (1..99999999) | size }}
        {% assign x = (1..10) %}{{ x[99999999999] }}
        {% case 1 %}{% when 1 %}x{% endcase %}
        {% comment %}{{ {% endcomment %}
        {% break %}{% continue %}
        {% for i in Variables.Big %}{{ i }}{% endfor %}
        {% for i in Variables %}{{ i }}{% endfor %}
        {% function f() %}x{% endfunction %}
        {% assign f = 'x' | f %}
        {% assign Variables = 1 %}{{ Variables }}
        {{ x.y.z.a.b.c[x][y][z] }}
        {{ 'a' == 'a' and 'b' == 'b' or nil contains nil }}
        {% if 1 == 1 %}{% elsif x %}{% else %}{% endif %}
        """.Split('\n');

    /// <summary>Each as long as a template may be.</summary>
    public static IReadOnlyList<string> Deep { get; } =
    [
        .. new[]
        {
            "{% if true %}", "{%-if a%}", "{%\nif a %}", "{%\u00a0if a %}", "{%\vif a %}", "{% for i in a %}", "{% unless a %}", "{% comment %}", "{% raw %}", "{% ifchanged %}", "{% tablerow i in a %}", "{% case a %}", "{{", "{%", "{{ {%", "{% echo ",
            "{% doc %}", "{% if '{% if' %}", "{% liquid\nif a\n", "{% increment x %}", "{{ a[", "{{ (1..", "{{ a ? ", "{{ '",
        }.Select(part => Fill("", part, "")),
        .. new[] { ("{{ a ", "| b ", "}}"), ("{{ a ", "| upcase ", "}}"), ("{% if a ", "and a ", "%}x{% endif %}"), ("{% if a ", "or a ", "%}x{% endif %}"), ("{% if a ", "== a ", "%}x{% endif %}"), ("{% if ", "not ", "a %}x{% endif %}"),
            ("{{ a", "[0]", " }}"), ("{{ a", ".a", " }}"), ("{{ ", "9", " }}"), ("{{ ", "-", "1 }}"), ("{{ ", "(", " }}"), ("{{", " ", "}}"), ("{{ a | b: ", "a, ", "a }}"), ("{{ a | b: ", "a: 1, ", "a }}"), ("{% cycle ", "a, ", "a %}"),
            ("{% if a %}", "{% elsif a %}", "{% endif %}"), ("{% case a %}", "{% when 1 %}", "{% endcase %}") }.Select(p => Fill(p.Item1, p.Item2, p.Item3)),
    ];

    private static string Fill(string before, string part, string after) =>
        before + string.Concat(Enumerable.Repeat(part, (LiquidExpression.MaxText - before.Length - after.Length) / part.Length)) + after;
}
