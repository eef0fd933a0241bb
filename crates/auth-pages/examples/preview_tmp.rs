//! tmp
use auth_core::pages::*;
use auth_pages::Pages as P;
fn main() {
    let p = P::new();
    let form = || FormTarget { action: "/x".into(), hidden: vec![] };
    let mut out: Vec<(&str, String)> = vec![];
    out.push(("sign_in", p.sign_in(&SignInView{app_name:"Notes".into(),form:form(),email:"".into(),error:None,sign_up_url:Some("/sign-up".into()),client_name:Some("Example Assistant".into())})));
    out.push(("sign_in_error", p.sign_in(&SignInView{app_name:"Notes".into(),form:form(),email:"alice@example.com".into(),error:Some("The e-mail address or the password is not right.".into()),sign_up_url:Some("/sign-up".into()),client_name:None})));
    out.push(("sign_up", p.sign_up(&SignUpView{app_name:"Notes".into(),form:form(),name:"".into(),email:"".into(),error:None,sign_in_url:"/".into(),min_password:8,client_name:Some("Example Assistant".into())})));
    let c = ConsentView{app_name:"Notes".into(),form:form(),client_name:"Example Assistant".into(),client_host:Some("assistant.example".into()),redirect_target:"assistant.example".into(),local_program:false,scopes:vec![ScopeView{name:"notes:read".into(),description:"Read your notes".into()},ScopeView{name:"notes:write".into(),description:"Change and delete your notes".into()},ScopeView{name:"offline_access".into(),description:"Keep this access while you are away".into()}],resources:vec!["https://notes.example/mcp".into()],account:"alice@example.com".into()};
    out.push(("consent", p.consent(&c)));
    out.push(("consent_local", p.consent(&ConsentView{client_name:"An assistant with an extraordinarily long name that somebody thought would be a good idea to register".into(),local_program:true,redirect_target:"localhost".into(),client_host:None,resources:vec!["https://notes.example/mcp".into(),"https://notes.example/a/very/long/resource/identifier/that/wraps".into()],..c})));
    out.push(("confirm", p.confirm(&ConfirmView{app_name:"Notes".into(),title:"Sign out?".into(),message:"You will be signed out of Notes on this device.".into(),form:form(),button:"Sign out".into()})));
    out.push(("error", p.error(&ErrorView{app_name:"Notes".into(),title:"This request has expired".into(),message:"It waited for more than ten minutes.".into(),hint:Some("Go back to the application and start again.".into()),reference:Some("3f9a1c2b7d10".into()),retry_url:Some("/x".into())})));
    out.push(("notice", p.notice(&NoticeView{app_name:"Notes".into(),title:"You are signed out".into(),message:"You can close this window.".into()})));
    for (n,h) in out {
        let css = std::fs::read_to_string("crates/auth-pages/templates/auth.css").unwrap();
        let i = h.find("<link").unwrap(); let j = h[i..].find('>').unwrap()+i+1;
        std::fs::write(format!("/tmp/pv/{n}.html"), format!("{}<style>{}</style>{}", &h[..i], css, &h[j..])).unwrap();
    }
}
