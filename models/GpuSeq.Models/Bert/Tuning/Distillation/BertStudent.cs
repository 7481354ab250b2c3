using System.Globalization;
using System.Text.RegularExpressions;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Makes small models of large ones (Sanh et al. 2019, section 3).</summary>
internal static partial class BertStudent
{
    /// <summary>
    /// A model of the teacher's form with fewer layers, or of another width. Where the widths agree it begins with layers of the
    /// teacher, evenly spread from the first on, and with everything that is not of a layer; else at random.
    /// </summary>
    public static BertExampleModel Of(Device device, BertExampleModel teacher, BertConfig form, ulong seed)
    {
        var student = new BertExampleModel(new BertModel<ClassificationHead>(device, form, seed));
        var isAlike = form.Width == teacher.Config.Width && form.Inner == teacher.Config.Inner;
        foreach (var own in isAlike ? student.Parameters.Parameters : [])
        {
            var name = Layer().Replace(own.Name, match => $".layer.{TeachersLayer(match)}.");
            if (teacher.Parameters.Find(name) is { } taught && taught.Shape.Equals(own.Shape))
                own.Assign(taught.ToArray());
        }
        return student;

        string TeachersLayer(Match match) => (int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            * teacher.Config.Layers / form.Layers).ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\.layer\.([0-9]+)\.")]
    private static partial Regex Layer();
}
