namespace CertBroker.Lab.MicrosoftCa;

/// <summary>
/// What the CA and its pages say, by language. The English texts are those that clients of the field look for; the others are
/// translated here by hand: nobody may depend on them, which is what they are for.
/// </summary>
internal sealed record Words(string Code, string Charset, string Issued, string Pending, string Denied, string TakenUnderSubmission,
    string IssuedTitle, string PendingTitle, string DeniedTitle, string RequestId, string DispositionMessage, string Failed)
{
    private static readonly Words[] all =
    [
        new("en", "utf-8", "Issued", "Taken Under Submission", "Denied", "Taken Under Submission", "Certificate Issued", "Certificate Pending", "Certificate Request Denied",
            "Your Request Id is {0}.", "The disposition message is \"{0}\".", "Your request failed. An error occurred while the server was processing your request."),
        new("de", "iso-8859-1", "Ausgestellt", "In Bearbeitung genommen", "Verweigert", "In Bearbeitung genommen", "Zertifikat ausgestellt", "Zertifikat steht aus", "Zertifikatanforderung verweigert",
            "Die Anforderungs-ID lautet {0}.", "Die Dispositionsmeldung lautet \"{0}\".", "Die Anforderung ist fehlgeschlagen. Beim Verarbeiten durch den Server ist ein Fehler aufgetreten. Für Hilfe wenden Sie sich an den Administrator."),
        new("fr", "utf-8", "Émis", "Pris en charge", "Refusé", "Pris en charge", "Certificat émis", "Certificat en attente", "Demande de certificat refusée",
            "Votre ID de demande est {0}.", "Le message de disposition est \"{0}\".", "Votre demande a échoué. Une erreur s'est produite lors du traitement de votre demande par le serveur."),
        new("ja", "utf-8", "発行されました", "処理中です", "拒否されました", "処理中です", "証明書は発行されました", "証明書は保留中です", "証明書の要求は拒否されました",
            "要求 ID は {0} です。", "処理メッセージは \"{0}\" です。", "要求は失敗しました。サーバーが要求を処理しているときにエラーが発生しました。"),
    ];

    public static Words In(string language) => all.FirstOrDefault(one => one.Code == language) ?? throw new ArgumentException($"there is no language '{language}'; {string.Join(", ", all.Select(one => one.Code))}");

    public static string Disposition(Disposition disposition, string language) => In(language) is var words && disposition == MicrosoftCa.Disposition.Issued ? words.Issued
        : disposition == MicrosoftCa.Disposition.Pending ? In(language).Pending : In(language).Denied;

    public static string Tag(string language) => language switch { "de" => "de-DE", "fr" => "fr-FR", "ja" => "ja-JP", _ => "en-US" };
}
